using System.Collections.Concurrent;

namespace Compression.Core.Tests;

/// <summary>Buffers of the shapes that break kernels: odd tails, zeros, ties, extremes, heavy tails.</summary>
public static class TestData
{
    private static readonly float[] s_extremes = [0f, -0f, float.Epsilon, -float.Epsilon, 1e-38f, float.MaxValue, -float.MaxValue, 1f, -1f, 1e-10f, float.PositiveInfinity];

    // The longest draw of each stream; shorter ones are its beginnings.
    private static readonly ConcurrentDictionary<(Func<Random, float> Draw, int Seed), float[]> s_drawn = new();

    /// <summary>Lengths around the widths of vectors and parts.</summary>
    public static readonly int[] Lengths = [0, 1, 2, 15, 16, 17, 63, 64, 65, 1000, 32767, 32768, 32769, 100_003, 1_000_003];

    /// <summary>Every length with one to three threads.</summary>
    public static TheoryData<int, int> LengthsAndThreads()
    {
        var cases = new TheoryData<int, int>();
        foreach (int length in Lengths)
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                cases.Add(length, threads);
            }
        }

        return cases;
    }

    public static float[] Gaussian(int length, int seed = 1) => Drawn(DrawGaussian, length, seed);

    /// <summary>A mixture that an embedding's gradient resembles: most rows zero, some large, some equal.</summary>
    public static float[] Sparse(int length, int seed = 1) => Drawn(DrawSparse, length, seed);

    /// <summary>Values with everything a float can be but NaN.</summary>
    public static float[] Extreme(int length, int seed = 1) => Drawn(DrawExtreme, length, seed);

    /// <summary>2 for one in three, 0.5 for the others.</summary>
    public static float[] Noise(int length, int seed) => Drawn(DrawNoise, length, seed);

    public static IEnumerable<(string Name, float[] Values)> All(int length)
    {
        yield return ("gaussian", Gaussian(length));
        yield return ("sparse", Sparse(length));
        yield return ("extreme", Extreme(length));
        yield return ("zeros", new float[length]);
        yield return ("one huge", [.. Enumerable.Range(0, length).Select(i => i == length / 2 ? 1e30f : 1e-3f)]);
    }

    private static float DrawGaussian(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static float DrawSparse(Random random) =>
        random.Next(20) switch { 0 => (float)(random.NextDouble() - 0.5), 1 => 0.25f, 2 => -0.25f, 3 => -0f, _ => 0f };

    private static float DrawExtreme(Random random) => s_extremes[random.Next(s_extremes.Length)];

    private static float DrawNoise(Random random) => random.Next(3) == 0 ? 2f : 0.5f;

    // Each call has an array of its own to write to.
    private static float[] Drawn(Func<Random, float> draw, int length, int seed)
    {
        float[]? drawn = s_drawn.GetValueOrDefault((draw, seed));
        if (drawn is null || drawn.Length < length)
        {
            var random = new Random(seed);
            drawn = new float[length];
            for (int i = 0; i < length; i++)
            {
                drawn[i] = draw(random);
            }

            s_drawn[(draw, seed)] = drawn;
        }

        return drawn[..length];
    }
}
