using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

/// <summary>Each kernel against its formula written as a loop, at every length and with 1 to 3 threads.</summary>
public sealed class ElementwiseTests
{
    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Sums_follow_the_formula_and_do_not_depend_on_threads(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] values = TestData.Gaussian(length);
        double expected = values.Sum(value => (double)value * value);
        double actual = SumOfSquares.Invoke(team, values);
        Assert.Equal(expected, actual, 1e-12 * Math.Max(1, expected));
        Assert.Equal(SumOfSquares.Invoke(ThreadTeam.Single, values), actual);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_sum_of_squares_shows_what_is_not_finite(float poison)
    {
        float[] values = TestData.Gaussian(100_003);
        values[99_999] = poison;
        Assert.False(double.IsFinite(SumOfSquares.Invoke(ThreadTeam.Single, values)));
    }

    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Signs_take_one_bit_and_the_magnitudes_their_sum(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
        {
            byte[] bits = new byte[(length + 7) / 8];
            new Random(3).NextBytes(bits);
            double sum = SignPack.Invoke(team, values, bits);
            Assert.Equal(values.Sum(value => (double)Math.Abs(value)), sum, 1e-9 * Math.Max(1, sum));
            float[] decoded = [.. TestData.Gaussian(length, seed: 5)];
            float[] expected = [.. decoded.Select((value, i) => value + (values[i] < 0 ? -0.75f : 0.75f))];
            SignUnpackAdd.Invoke(team, bits, decoded, 0.75f);
            Assert.True(expected.AsSpan().SequenceEqual(decoded), name);
            if (length % 8 != 0)
            {
                Assert.Equal(0, bits[^1] >> (length % 8));
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Scaling_adding_and_clearing_follow_their_formulas(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] source = TestData.Gaussian(length), destination = TestData.Gaussian(length, seed: 2);
        float[] sum = [.. destination.Zip(source, (d, s) => d + s)];
        AddScaled.Invoke(team, destination, 1, source, 1);
        Assert.Equal(sum, destination);

        float[] scaled = [.. destination.Select(value => value * 0.3f)];
        Scale.Invoke(team, destination, 0.3f);
        Assert.Equal(scaled, destination);

        double[] mixed = [.. destination.Zip(source, (d, s) => (0.5 * d) + (0.7f * (double)s))];
        AddScaled.Invoke(team, destination, 0.5f, source, 0.7f);
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(mixed[i], destination[i], 1e-6);
        }

        Zero.Invoke(team, destination);
        Assert.All(destination, value => Assert.Equal(0f, value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Scattering_adds_at_every_index_and_checks_each(int threads)
    {
        using var team = new ThreadTeam(threads);
        const int dimension = 300_007;
        int[] indices = [.. Enumerable.Range(0, dimension).Where(i => i % 7 < 3)];
        float[] values = [.. indices.Select(i => i % 100f)], destination = new float[dimension];
        Assert.True(ScatterAdd.TryInvoke(team, destination, indices, values, 0.5f));
        for (int i = 0; i < dimension; i++)
        {
            Assert.Equal(i % 7 < 3 ? 0.5f * (i % 100) : 0, destination[i]);
        }

        foreach (int place in new[] { 0, 1, 32_767, 32_768, 32_769, indices.Length - 1 })
        {
            foreach (int wrong in new[] { -1, int.MinValue, dimension, int.MaxValue, place == 0 ? -2 : indices[place - 1] })
            {
                int[] damaged = [.. indices];
                damaged[place] = wrong;
                Assert.False(ScatterAdd.TryInvoke(team, destination, damaged, values, 1));
            }
        }

        int[] below = [.. indices];
        (below[32_767], below[32_768]) = (-100, -50);
        Assert.False(ScatterAdd.TryInvoke(team, destination, below, values, 1));
    }

    [Fact]
    public void A_team_does_every_part_once_over_many_jobs()
    {
        using var team = new ThreadTeam(4);
        int[] counts = new int[1000];
        for (int round = 0; round < 2000; round++)
        {
            Count(team, counts, parts: 1 + (round % 1000));
        }

        int[] expected = [.. Enumerable.Range(0, 1000).Select(part => 2 * (1000 - part))];
        Assert.Equal(expected, counts);
    }

    private static unsafe void Count(ThreadTeam team, int[] counts, int parts)
    {
        fixed (int* pointer = counts)
        {
            var job = new CountJob(pointer);
            team.Run(ref job, parts);
        }
    }

    private readonly unsafe struct CountJob(int* counts) : IKernelJob
    {
        public void Execute(int part) => Interlocked.Increment(ref counts[part]);
    }
}
