using Compression.Compressors.Quantizers.Natural;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

public sealed class NaturalTests
{
    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Each_value_becomes_the_neighbour_that_its_word_draws(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new Threefry(99);
        foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
        {
            byte[] exponents = new byte[length + 1], signs = new byte[(length + 7) / 8];
            new Random(3).NextBytes(signs);
            float largest = NaturalPack.Invoke(team, values, random, exponents.AsSpan(1), signs);
            Assert.Equal(values.Select(Math.Abs).DefaultIfEmpty().Max(), largest);

            float[] sums = TestData.Gaussian(length, seed: 2);
            float[] expected = [.. sums.Select((sum, i) => sum + (0.7f * (float)Reference(values[i], random.Word(i))))];
            NaturalUnpackAdd.Invoke(team, exponents.AsSpan(1), signs, sums, 0.7f);
            Assert.True(expected.AsSpan().SequenceEqual(sums), name);
            if (length % 8 != 0)
            {
                Assert.Equal(0, signs[^1] >> (length % 8));
            }
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(-0.25f)]
    [InlineData(1.17549435e-38f)]
    [InlineData(1.7014118e38f)]
    public void Zero_and_powers_of_two_are_exact(float value) => Assert.All(RoundOften(value), rounded => Assert.Equal(value, rounded));

    [Theory]
    [InlineData(1.5f, 1f, 2f)]
    [InlineData(-3.1f, -2f, -4f)]
    [InlineData(1e-30f, 7.888609e-31f, 1.5777218e-30f)]
    [InlineData(4e-39f, 0f, 1.17549435e-38f)]
    [InlineData(-9e-39f, 0f, -1.17549435e-38f)]
    public void Values_between_become_either_neighbour_without_bias(float value, float below, float above)
    {
        float[] rounded = RoundOften(value);
        Assert.All(rounded, result => Assert.True(result == below || result == above, $"{result}"));
        double share = (double)rounded.Count(result => result == above) / rounded.Length, expected = ((double)value - below) / ((double)above - below);
        Assert.InRange((share - expected) / Math.Sqrt(expected * (1 - expected) / rounded.Length), -4.5, 4.5);
    }

    [Fact]
    public void Nothing_finite_becomes_infinite() => Assert.All(RoundOften(float.MaxValue), rounded => Assert.Equal(1.7014118e38f, rounded));

    [Fact]
    public void The_exponent_of_infinity_is_refused()
    {
        foreach (int length in new[] { 1, 64, 65, 40_000 })
        {
            byte[] exponents = new byte[length];
            exponents[length - 1] = 255;
            Assert.Throws<PayloadException>(() => NaturalUnpackAdd.Invoke(ThreadTeam.Single, exponents, new byte[(length + 7) / 8], new float[length], 1));
        }
    }

    private static float[] RoundOften(float value)
    {
        const int draws = 100_000;
        byte[] exponents = new byte[draws], signs = new byte[(draws + 7) / 8];
        NaturalPack.Invoke(ThreadTeam.Single, Enumerable.Repeat(value, draws).ToArray(), new Threefry(5), exponents, signs);
        float[] rounded = new float[draws];
        NaturalUnpackAdd.Invoke(ThreadTeam.Single, exponents, signs, rounded, 1);
        return rounded;
    }

    // Definition 1 of Horváth et al. 2019 over the reals: the distance to the lower neighbour, relative to the gap, is the chance of the upper.
    private static double Reference(float value, uint word)
    {
        double magnitude = Math.Abs((double)value), lower = 0, gap = Math.Pow(2, -126);
        if (magnitude >= gap)
        {
            lower = gap = Math.Pow(2, Math.ILogB(magnitude));
        }

        double threshold = 1 - ((word >> 9) / Math.Pow(2, 23));
        double rounded = (magnitude - lower) / gap >= threshold ? lower + gap : lower;
        return value < 0 ? -rounded : rounded;
    }
}
