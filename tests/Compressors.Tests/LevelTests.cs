using Compression.Compressors.Quantizers.Qsgd;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>The quantizers of small whole levels against their definitions, written plainly, and their bounds.</summary>
public sealed class LevelTests
{
    private static readonly int[] s_lengths = [1, 2, 63, 64, 65, 1000, 32_767, 32_768, 32_769, 100_003];

    public static TheoryData<int, int, string, string> QsgdCases()
    {
        var cases = new TheoryData<int, int, string, string>();
        foreach (int levels in new[] { 1, 4, 64, 127 })
        {
            foreach (string norm in new[] { "two", "max" })
            {
                cases.Add(levels, 512, norm, "packed");
                cases.Add(levels, 64, norm, "elias");
                cases.Add(levels, 32_768, norm, "auto");
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(QsgdCases))]
    public void Qsgd_draws_levels_of_its_buckets_norm(int levels, int bucket, string norm, string coding)
    {
        string compressor = $"qsgd(levels={levels},bucket={bucket},norm={norm},coding={coding})";
        foreach (int length in s_lengths)
        {
            foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
            {
                float[] expected = new float[length];
                double[] norms = BucketsOf(values, bucket, norm == "two" ? TwoNorm : MaxNorm);
                for (int i = 0; i < length; i++)
                {
                    float size = (float)norms[i / bucket];
                    float scaled = size == 0 ? 0 : Math.Abs(values[i]) * (float)(levels / (double)size);
                    expected[i] = Math.Sign(values[i]) * Math.Min(levels, MathF.Floor(scaled + Uniform(i))) * (size / levels);
                    Assert.InRange(Math.Abs((double)expected[i] - values[i]), 0, size / levels * 1.00001);
                }

                var (payload, decoded, writer) = RoundTrip(compressor, values);
                Assert.True(expected.AsSpan().SequenceEqual(decoded), $"{name}, {length} elements");

                // The floor is the code itself: the coding's byte, up to 7 bits in each last byte, and segments' lengths come on top.
                Assert.InRange(payload.Length - (writer.FloorBits / 8), 1, 1 + 7 + (3.0 * GammaPack.SegmentCount(length)));
            }
        }
    }

    [Theory]
    [InlineData("two", true)]
    [InlineData("max", false)]
    public void Qsgd_takes_the_shorter_code(string norm, bool isElias)
    {
        float[] values = TestData.Gaussian(100_003);
        int[] lengths = [.. new[] { "packed", "elias", "auto" }.Select(coding => RoundTrip($"qsgd(norm={norm},coding={coding})", values).Payload.Length)];
        Assert.Equal(isElias, lengths[1] < lengths[0]);
        Assert.Equal(Math.Min(lengths[0], lengths[1]), lengths[2]);
    }

    [Fact]
    public void Qsgd_writes_a_norm_and_whole_bits_and_no_more()
    {
        const int length = 1_000_000;
        var (payload, _, writer) = RoundTrip("qsgd(coding=packed)", TestData.Gaussian(length));
        Assert.Equal(1 + (4 * ((length + 511) / 512)) + length, payload.Length);
        Assert.Equal((32.0 * ((length + 511) / 512)) + (8.0 * length), writer.FloorBits);
        Assert.Equal(writer.FloorBits, writer.NominalBits);
        Assert.True(8.0 * payload.Length / length <= 8.07);
    }

    public static TheoryData<int, int, string> UniformCases()
    {
        var cases = new TheoryData<int, int, string>();
        for (int bits = 1; bits <= 8; bits++)
        {
            cases.Add(bits, 512, "stochastic");
            cases.Add(bits, bits % 2 == 0 ? 64 : 32_768, "nearest");
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(UniformCases))]
    public void Uniform_spreads_levels_from_least_to_greatest(int bits, int bucket, string rounding)
    {
        int highest = (1 << bits) - 1;
        foreach (int length in s_lengths)
        {
            foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
            {
                double[] least = BucketsOf(values, bucket, chunk => chunk.Min()), greatest = BucketsOf(values, bucket, chunk => chunk.Max());
                float[] expected = new float[length];
                for (int i = 0; i < length; i++)
                {
                    float low = (float)least[i / bucket], range = (float)greatest[i / bucket] - low;
                    float scaled = range == 0 ? 0 : (values[i] - low) * (float)(highest / (double)range);
                    expected[i] = (Math.Min(highest, Rounded(scaled, rounding, i)) * (range / highest)) + low;
                    double bound = (rounding == "nearest" ? 0.5 : 1) * range / highest;
                    Assert.InRange(Math.Abs((double)expected[i] - values[i]), 0, bound + (1e-6 * (Math.Abs(low) + range)));
                }

                var (payload, decoded, writer) = RoundTrip($"uniform(bits={bits},bucket={bucket},rounding={rounding})", values);
                Assert.True(expected.AsSpan().SequenceEqual(decoded), $"{name}, {length} elements");
                Assert.Equal((8 * ((length + bucket - 1) / bucket)) + BitPlanes.ByteCount(length, bits), payload.Length);
                Assert.Equal(writer.NominalBits, writer.FloorBits);
            }
        }
    }

    [Theory]
    [MemberData(nameof(UniformCases))]
    public void Uniform_spreads_levels_to_both_sides_of_zero(int bits, int bucket, string rounding)
    {
        int levels = (1 << (bits - 1)) - 1;
        foreach (int length in s_lengths)
        {
            foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
            {
                double[] magnitudes = BucketsOf(values, bucket, MaxNorm);
                float[] expected = [.. values.Select((value, i) =>
                {
                    float size = (float)magnitudes[i / bucket];
                    if (levels == 0)
                    {
                        // One bit: −M or M.
                        float share = size == 0 ? 0 : (value + size) * (float)(1 / (double)(size + size));
                        return (Math.Min(1, Rounded(share, rounding, i)) * (size + size)) - size;
                    }

                    float scaled = size == 0 ? 0 : Math.Abs(value) * (float)(levels / (double)size);
                    return Math.Sign(value) * Math.Min(levels, Rounded(scaled, rounding, i)) * (size / levels);
                })];
                var (payload, decoded, _) = RoundTrip($"uniform(bits={bits},bucket={bucket},rounding={rounding},range=max)", values);
                Assert.True(expected.AsSpan().SequenceEqual(decoded), $"{name}, {length} elements");
                Assert.Equal((4 * ((length + bucket - 1) / bucket)) + BitPlanes.ByteCount(length, bits), payload.Length);
                if (levels > 0)
                {
                    Assert.All(Enumerable.Range(0, length).Where(i => values[i] == 0), i => Assert.Equal(0f, decoded[i]));
                }
            }
        }
    }

    [Fact]
    public void Exponent_rounds_to_the_nearest_power_of_two_below_the_largest()
    {
        // M = 7: e = 2. From 1.5·2^j on a value goes up, but none above 2^e.
        Assert.Equal(
            [4f, -4f, 4f, 2f, -2f, 1f, 0.03125f, -0.03125f, 0.03125f],
            RoundTrip("exponent", [7f, -4f, 3f, 2.99f, -1.5f, 1.2f, 0.0469f - 0.001f, -0.03125f, 0.0235f]).Decoded);
    }

    [Fact]
    public void Exponent_has_a_zero_where_a_value_needs_one()
    {
        // e = 2, and 0.02 is nearer to 2^−6 than to 2^−5: the smallest code is zero, and the next one 2^−4.
        Assert.Equal(
            [4f, 0f, 0f, 0.0625f, -0.0625f, 0.0625f, 0f],
            RoundTrip("exponent", [4f, 0.02f, -0.031f, 0.03125f, -0.0625f, 0.09f, 0f]).Decoded);
    }

    [Fact]
    public void Exponent_follows_its_definition()
    {
        foreach (int length in s_lengths)
        {
            foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
            {
                foreach (double scale in new[] { 1, 1e-35, 1e-42 })
                {
                    AssertExponents(name, [.. values.Select(value => (float)(value * scale))]);
                    AssertExponents(name, [.. values.Select((value, i) => (float)((Math.Sign(value) + (value / 100)) * Math.Pow(2, -(i % 7)) * scale))]);
                }
            }
        }
    }

    [Theory]
    [InlineData("qsgd")]
    [InlineData("qsgd(norm=max,coding=packed)")]
    [InlineData("qsgd(levels=1,coding=elias)")]
    [InlineData("uniform(range=max)")]
    [InlineData("uniform")]
    [InlineData("uniform(bits=1)")]
    [InlineData("exponent")]
    public void Zeros_stay_zeros(string compressor) => Assert.All(RoundTrip(compressor, new float[70_001]).Decoded, value => Assert.Equal(0f, value));

    [Fact]
    public void A_norm_beyond_a_float_is_an_error_and_not_an_infinity()
    {
        float[] values = [float.MaxValue, -float.MaxValue];
        Assert.Throws<NonFiniteGradientException>(() => RoundTrip("qsgd", values));
        Assert.Throws<NonFiniteGradientException>(() => RoundTrip("uniform", values));
        Assert.Equal(values, RoundTrip("qsgd(norm=max)", values).Decoded);
    }

    [Theory]
    [InlineData("qsgd(levels=64,norm=max)", 64)]
    [InlineData("qsgd(levels=64)", 64)]
    [InlineData("uniform(bits=8)", 255)]
    [InlineData("uniform(range=max,bits=8,rounding=nearest)", 127)]
    public void Subnormals_have_levels_too(string compressor, int levels)
    {
        float[] values = [.. TestData.Gaussian(1000).Select(value => value * 1e-40f)];
        double norm = Math.Sqrt(values.Sum(value => (double)value * value));
        float[] decoded = RoundTrip(compressor, values).Decoded;
        Assert.All(Pairs.Of(values, decoded), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, (2 * norm / levels) + (levels * float.Epsilon)));
        Assert.Contains(decoded, value => value != 0);
    }

    [Theory]
    [InlineData("qsgd(bucket=100)", "512")]
    [InlineData("qsgd(levels=128)", "127")]
    [InlineData("uniform(bits=9)", "8")]
    [InlineData("uniform(range=min)", "minmax")]
    public void What_is_out_of_range_is_refused_with_what_is_not(string compressor, string alternative) => Assert.Contains(
        alternative, Assert.Throws<Core.Reporting.UserErrorException>(() => Pipelines.Plan(compressor)).Message, StringComparison.Ordinal);

    [Fact]
    public void Flags_set_levels_and_bits()
    {
        Assert.Contains("levels=7", Pipelines.Plan("qsgd", flags: [("qsgd_levels", "7")]).Compressor, StringComparison.Ordinal);
        Assert.Contains("bits=2", Pipelines.Plan("uniform", flags: [("uniform_bits", "2")]).Compressor, StringComparison.Ordinal);
    }

    private static void AssertExponents(string name, float[] values)
    {
        double largest = values.Max(value => Math.Abs((double)value));
        int top = largest == 0 ? 0 : Math.ILogB(largest);
        double Rounded(double magnitude) => Math.Min(Math.ScaleB(1, top), magnitude == 0 ? 0
            : Math.ScaleB(1, Math.ILogB(magnitude) + (magnitude >= 1.5 * Math.ScaleB(1, Math.ILogB(magnitude)) ? 1 : 0)));
        bool hasZero = values.Any(value => Rounded(Math.Abs((double)value)) < Math.ScaleB(1, top - 7));
        float[] expected = [.. values.Select(value =>
        {
            double magnitude = Math.Abs((double)value);
            double sent = !hasZero ? Rounded(magnitude) : magnitude < Math.ScaleB(1, top - 7) ? 0 : Math.Max(Rounded(magnitude), Math.ScaleB(1, top - 6));
            return (float)(largest == 0 ? 0 : Math.Sign(value) * sent);
        })];
        var (payload, decoded, writer) = RoundTrip("exponent", values);
        Assert.True(expected.AsSpan().SequenceEqual(decoded), $"{name}, {values.Length} elements");
        Assert.Equal(5 + BitPlanes.ByteCount(values.Length, 4), payload.Length);
        Assert.Equal(32 + (4.0 * values.Length), writer.FloorBits);
    }

    private static float Rounded(float scaled, string rounding, int position) =>
        rounding == "nearest" ? MathF.Round(scaled, MidpointRounding.ToEven) : MathF.Floor(scaled + Uniform(position));

    private static readonly Threefry s_words = Words();

    private static float Uniform(int position) => (s_words.Word(position) >> 8) * (1f / (1 << 24));

    private static Threefry Words()
    {
        var step = Pipelines.Step();
        return new Threefry(RandomKey.Mix(step.Seed, step.Rank, step.Step, Pipelines.Layout(1).Slots[0].Key, RandomPurpose.Rounding));
    }

    private static double[] BucketsOf(float[] values, int bucket, Func<float[], double> measure) => [.. values.Chunk(bucket).Select(measure)];

    private static double TwoNorm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static double MaxNorm(float[] values) => values.Max(Math.Abs);

    private static (byte[] Payload, float[] Decoded, PayloadWriter Writer) RoundTrip(string compressor, float[] values)
    {
        var layout = Pipelines.Layout(values.Length);
        return Pipelines.RoundTrip(Pipelines.Plan(compressor, memory: "none").CreateCompressor(layout, ThreadTeam.Single), layout.Slots[0], values);
    }
}
