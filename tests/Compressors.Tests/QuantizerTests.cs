using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Each quantizer against its definition, written plainly, and what it does with values that it cannot send.</summary>
public sealed class QuantizerTests
{
    private static readonly int[] s_lengths = [1, 2, 5, 63, 64, 65, 319, 320, 321, 1000, 32_769, 100_003];

    [Fact]
    public void Float16_is_the_nearest_half_and_BFloat16_the_nearest_upper_half()
    {
        foreach (int length in s_lengths)
        {
            float[] values = [.. TestData.Gaussian(length).Select((value, i) => value * MathF.Pow(10, (i % 12) - 9))];
            Assert.Equal(values.Select(value => (float)(Half)value), RoundTrip("float16", values).Decoded);
            Assert.All(Pairs.Of(values, RoundTrip("bfloat16", values).Decoded), pair =>
                Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Math.ScaleB(1, Math.ILogB(pair.First) - 8)));
        }
    }

    [Fact]
    public void Natural_draws_a_neighbouring_power_of_two_by_the_slots_own_words()
    {
        foreach (int length in s_lengths)
        {
            float[] values = TestData.Gaussian(length);
            var random = Words(Pipelines.Step());
            double[] expected = [.. values.Select((value, i) =>
            {
                double magnitude = Math.Abs((double)value), power = Math.ScaleB(1, Math.ILogB(magnitude));
                bool up = (magnitude / power) - 1 + (random.Word(i) >> 9) / (double)(1 << 23) >= 1;
                return Math.Sign(value) * (up ? 2 * power : power);
            })];
            Assert.Equal(expected, RoundTrip("natural", values).Decoded.Select(value => (double)value));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.0)]
    [InlineData(2.5)]
    [InlineData(17.1)]
    public void TernGrad_clips_and_draws_by_the_slots_own_words(double clip)
    {
        foreach (int length in s_lengths)
        {
            float[] values = [.. TestData.Gaussian(length).Select(value => value + 0.1f)];
            double mean = values.Average(value => (double)value), sigma = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            float scale = (float)Math.Min(clip > 0 && sigma > 0 ? clip * sigma : double.PositiveInfinity, values.Max(Math.Abs));
            var (payload, decoded) = RoundTrip($"terngrad(clip={OptionText.Format(clip)})", values);
            float sent = BitConverter.ToSingle(payload);
            Assert.Equal(scale, sent, 1e-6f * scale);
            var random = Words(Pipelines.Step());
            Assert.Equal(
                values.Select((value, i) => (random.Word(i) >> 8) * (1f / (1 << 24)) * sent < Math.Abs(value) ? Math.Sign(value) * sent : 0f),
                decoded);
        }
    }

    [Theory]
    [InlineData("natural")]
    [InlineData("terngrad(clip=0)")]
    [InlineData("qsgd")]
    [InlineData("qsgd(levels=1)")]
    [InlineData("qsgd(levels=127,bucket=64,norm=max)")]
    [InlineData("qsgd(levels=5,coding=elias,bucket=1024)")]
    [InlineData("uniform")]
    [InlineData("uniform(bits=1)")]
    [InlineData("uniform(range=max)")]
    [InlineData("uniform(bits=1,range=max)")]
    [InlineData("uniform(bits=8,range=max)")]
    public void What_is_sent_is_on_average_the_value(string compressor)
    {
        float[] values = [.. TestData.Gaussian(1000).Select((value, i) => i % 10 == 0 ? 0 : value)];
        AssertMean(compressor, values, values, draws: 1000);
    }

    [Fact]
    public void TernGrad_sends_on_average_the_clipped_value()
    {
        float[] values = TestData.Gaussian(1000);
        double mean = values.Average(value => (double)value), sigma = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        AssertMean("terngrad(clip=1)", values, [.. values.Select(value => (float)Math.Clamp(value, -sigma, sigma))], draws: 1000);
    }

    [Fact]
    public void Draws_differ_between_steps_ranks_and_slots_and_repeat_otherwise()
    {
        float[] values = TestData.Gaussian(1000);
        foreach (string compressor in new[] { "natural", "terngrad", "qsgd", "uniform", "uniform(range=max)" })
        {
            var slots = Pipelines.Layout(1000, 1000).Slots;
            byte[] first = Encode(compressor, values, slots[0], Pipelines.Step());
            Assert.Equal(first, Encode(compressor, values, slots[0], Pipelines.Step()));
            Assert.NotEqual(first, Encode(compressor, values, slots[0], Pipelines.Step(step: 1)));
            Assert.NotEqual(first, Encode(compressor, values, slots[0], Pipelines.Step(rank: 1)));
            Assert.NotEqual(first, Encode(compressor, values, slots[0], Pipelines.Step() with { Seed = 2 }));
            Assert.NotEqual(first, Encode(compressor, values, slots[1], Pipelines.Step()));
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(5, 3)]
    [InlineData(300, 17)]
    [InlineData(1, 40)]
    [InlineData(40, 1)]
    [InlineData(8, 3, 5, 5)]
    [InlineData(515, 650)]
    public void OneBit_sends_two_means_for_each_index_of_the_last_dimension(params int[] shape)
    {
        var slot = BucketLayout.Create([("w", [.. shape.Select(size => (long)size)])]).Slots[0];
        int columns = shape.Length > 1 ? shape[^1] : 1;
        float[] values = TestData.Gaussian(slot.Length);
        values[0] = 0;
        values[^1] = -0f;
        float[] decoded = RoundTrip("onebit", values, slot).Decoded;
        for (int column = 0; column < columns; column++)
        {
            int[] members = [.. Enumerable.Range(0, slot.Length).Where(i => i % columns == column)];
            foreach (bool negative in new[] { false, true })
            {
                int[] group = [.. members.Where(i => values[i] < 0 == negative)];
                double mean = group.Length == 0 ? 0 : group.Average(i => (double)values[i]);
                Assert.All(group, i => Assert.Equal(mean, decoded[i], 1e-6));
            }
        }
    }

    [Fact]
    public void OneBit_behind_a_sparsifier_has_one_column_unless_all_entries_are_chosen()
    {
        var slot = BucketLayout.Create([("w", [2, 2])]).Slots[0];
        Assert.Equal([0f, 5f, -4f, 5f], RoundTrip("topk(ratio=0.75)+onebit", [1f, 3f, -4f, 7f], slot).Decoded);
        Assert.Equal([1f, 5f, -4f, 5f], RoundTrip("topk(ratio=1)+onebit", [1f, 3f, -4f, 7f], slot).Decoded);
    }

    [Fact]
    public void Zeros_are_sent_as_zeros_and_equal_values_as_they_are()
    {
        foreach (string compressor in new[] { "float16", "bfloat16", "natural", "onebit", "terngrad", "terngrad(clip=0)", "uniform", "exponent" })
        {
            Assert.All(RoundTrip(compressor, new float[1000]).Decoded, value => Assert.Equal(0f, value));
            Assert.All(RoundTrip(compressor, Enumerable.Repeat(-0.25f, 1000).ToArray()).Decoded, value => Assert.Equal(-0.25f, value));
            Assert.Equal([0.5f], RoundTrip(compressor, [0.5f]).Decoded);
            Assert.Empty(RoundTrip(compressor, []).Payload);
        }
    }

    [Fact]
    public void Subnormals_are_sent_or_flushed_but_stay_finite_and_small()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(i => (i - 500) * float.Epsilon)];
        foreach (string compressor in new[] { "float16", "bfloat16", "natural", "onebit", "terngrad", "qsgd", "uniform", "uniform(range=max)", "exponent" })
        {
            Assert.All(RoundTrip(compressor, values).Decoded, value => Assert.InRange(Math.Abs(value), 0, 1.18e-38f));
        }
    }

    [Theory]
    [InlineData("bfloat16", 1e30)]
    [InlineData("natural", 1e30)]
    [InlineData("onebit", 1e30)]
    [InlineData("terngrad", 1e30)]
    [InlineData("terngrad(clip=0)", 1e30)]
    [InlineData("terngrad", float.MaxValue)]
    [InlineData("natural", float.MaxValue)]
    [InlineData("onebit", float.MaxValue)]
    [InlineData("qsgd", 1e30)]
    [InlineData("qsgd(norm=max)", float.MaxValue)]
    [InlineData("qsgd(norm=max,levels=31)", float.MaxValue)]
    [InlineData("uniform", 1.7e38)]
    [InlineData("uniform(bits=8)", 1.7e38)]
    [InlineData("uniform(bits=8,range=max)", float.MaxValue)]
    [InlineData("uniform(bits=1,range=max)", 1.7e38)]
    [InlineData("exponent", float.MaxValue)]
    public void Huge_values_arrive_finite(string compressor, double huge)
    {
        float[] values = TestData.Gaussian(1000);
        values[500] = (float)huge;
        values[501] = (float)-huge;
        Assert.All(RoundTrip(compressor, values).Decoded, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData("float16", float.NaN)]
    [InlineData("float16", float.NegativeInfinity)]
    [InlineData("float16", 65505f)]
    [InlineData("natural", float.NaN)]
    [InlineData("natural", float.PositiveInfinity)]
    [InlineData("onebit", float.NaN)]
    [InlineData("onebit", float.NegativeInfinity)]
    [InlineData("terngrad", float.NaN)]
    [InlineData("terngrad(clip=0)", float.NegativeInfinity)]
    [InlineData("qsgd", float.NaN)]
    [InlineData("qsgd", float.PositiveInfinity)]
    [InlineData("qsgd(norm=max)", float.NaN)]
    [InlineData("uniform", float.NaN)]
    [InlineData("uniform", float.NegativeInfinity)]
    [InlineData("uniform(range=max)", float.NaN)]
    [InlineData("exponent", float.NaN)]
    [InlineData("exponent", float.NegativeInfinity)]
    public void What_cannot_be_sent_is_an_error_that_names_the_slot_and_writes_nothing(string compressor, float poison)
    {
        float[] values = TestData.Gaussian(1000);
        values[777] = poison;
        var writer = new PayloadWriter();
        var slot = Pipelines.Layout(1000).Slots[0];
        var failure = Assert.Throws<NonFiniteGradientException>(() => Encode(compressor, values, slot, Pipelines.Step(), writer));
        Assert.Equal(ExitCode.NonFinite, failure.Code);
        Assert.Contains("p0", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, writer.Length);
        Assert.Equal(0, writer.NominalBits);
    }

    [Fact]
    public void Float16_names_the_cure_and_saturates_on_request()
    {
        float[] values = [65504f, -1e6f, float.PositiveInfinity, 1f];
        var failure = Assert.Throws<NonFiniteGradientException>(() => RoundTrip("float16", [1e6f]));
        Assert.Contains("--float16_overflow saturate", failure.Message, StringComparison.Ordinal);
        Assert.Equal([65504f, -65504f, 65504f, 1f], RoundTrip("float16(overflow=saturate)", values).Decoded);
        Assert.True(float.IsNaN(RoundTrip("float16(overflow=saturate)", [float.NaN]).Decoded[0]));
        Assert.Equal("dense+float16(overflow=saturate)", Pipelines.Plan("float16", flags: [("float16_overflow", "saturate")]).Compressor);
    }

    [Fact]
    public void BFloat16_passes_on_what_is_not_finite()
    {
        float[] decoded = RoundTrip("bfloat16", [float.NaN, float.PositiveInfinity, float.NegativeInfinity]).Decoded;
        Assert.True(float.IsNaN(decoded[0]));
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], decoded[1..]);
    }

    [Theory]
    [InlineData("terngrad", 1.61)]
    [InlineData("natural", 9.001)]
    [InlineData("onebit", 1.001)]
    [InlineData("float16", 16)]
    [InlineData("qsgd(coding=packed)", 8.063)]
    [InlineData("qsgd(coding=packed,levels=7)", 4.063)]
    [InlineData("uniform", 4.126)]
    [InlineData("uniform(range=max,bits=3)", 3.063)]
    [InlineData("exponent", 4.001)]
    public void Payloads_have_the_published_size_in_bits_an_element(string compressor, double bits) =>
        Assert.InRange(8.0 * RoundTrip(compressor, TestData.Gaussian(1_000_000)).Payload.Length / 1_000_000, bits - 0.011, bits);

    [Theory]
    [InlineData("terngrad(clip=0)", "dense+terngrad(clip=0)", "none")]
    [InlineData("natural", "dense+natural", "none")]
    [InlineData("onebit", "dense+onebit", "residual(beta=1,gamma=1)")]
    [InlineData("float16", "dense+float16(overflow=error)", "residual(beta=1,gamma=1)")]
    [InlineData("qsgd", "dense+qsgd(levels=64,bucket=512,norm=two,coding=auto)", "none")]
    [InlineData("uniform", "dense+uniform(bits=4,bucket=512,range=minmax,rounding=stochastic)", "none")]
    [InlineData("uniform(rounding=nearest)", "dense+uniform(bits=4,bucket=512,range=minmax,rounding=nearest)", "residual(beta=1,gamma=1)")]
    [InlineData("exponent", "dense+exponent", "residual(beta=1,gamma=1)")]
    [InlineData("topk_terngrad", "+terngrad(clip=2.5)", "residual(beta=1,gamma=1)")]
    public void Methods_have_the_memory_that_fits_them(string name, string compressor, string memory)
    {
        var plan = Pipelines.Plan(name);
        Assert.EndsWith(compressor, plan.Compressor, StringComparison.Ordinal);
        Assert.Equal(memory, plan.Memory);
        Assert.Empty(plan.Notes);
    }

    [Fact]
    public void The_clip_is_a_flag_and_not_negative()
    {
        Assert.Equal("dense+terngrad(clip=0)", Pipelines.Plan("terngrad", flags: [("clip_const", "0")]).Compressor);
        Assert.Contains("at least 0", Assert.Throws<UserErrorException>(() => Pipelines.Plan("terngrad(clip=-1)")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("onebit")]
    [InlineData("terngrad")]
    public void A_scale_that_is_not_finite_is_no_payload(string compressor)
    {
        var slot = Pipelines.Layout(100).Slots[0];
        byte[] payload = Encode(compressor, TestData.Gaussian(100), slot, Pipelines.Step());
        BitConverter.TryWriteBytes(payload, float.NaN);
        Assert.Throws<PayloadException>(() =>
        {
            var reader = new PayloadReader(payload);
            Create(compressor).Decompress(ref reader, new GradientAccumulator(slot, new float[100], 1, Pipelines.Step()));
        });
    }

    [Fact]
    public void Nothing_is_allocated_after_the_first_steps()
    {
        var slot = BucketLayout.Create([("w", [400, 500])]).Slots[0];
        float[] values = TestData.Gaussian(slot.Length), sums = new float[slot.Length];
        var step = Pipelines.Step();
        foreach (string compressor in new[] { "float16", "bfloat16", "natural", "onebit", "terngrad", "qsgd", "qsgd(coding=packed)", "uniform", "exponent" })
        {
            var instance = Create(compressor);
            var writer = new PayloadWriter();
            long allocated = 0;
            for (int i = 0; i < 3; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                writer.Reset();
                instance.Compress(new GradientView(slot, values, values, step), writer);
                var reader = new PayloadReader(writer.Written);
                instance.Decompress(ref reader, new GradientAccumulator(slot, sums, 1, step));
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.True(allocated == 0, $"{compressor}: {allocated} bytes");
        }
    }

    // By tenths of the values, from the smallest to the largest: the mean outcome, less what it should be, in standard deviations.
    private static void AssertMean(string compressor, float[] values, float[] expected, int draws)
    {
        var slot = Pipelines.Layout(values.Length).Slots[0];
        var instance = Create(compressor);
        double[] sums = new double[values.Length], squares = new double[values.Length];
        float[] decoded = new float[values.Length];
        var writer = new PayloadWriter();
        for (int draw = 0; draw < draws; draw++)
        {
            var step = Pipelines.Step(step: draw);
            writer.Reset();
            instance.Compress(new GradientView(slot, values, values, step), writer);
            Array.Clear(decoded);
            var reader = new PayloadReader(writer.Written);
            instance.Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, step));
            for (int i = 0; i < values.Length; i++)
            {
                sums[i] += decoded[i];
                squares[i] += (double)decoded[i] * decoded[i];
            }
        }

        foreach (int[] group in Enumerable.Range(0, values.Length).OrderBy(i => Math.Abs(values[i])).Chunk(values.Length / 10))
        {
            double difference = 0, variance = 0;
            foreach (int i in group)
            {
                double mean = sums[i] / draws;
                difference += Math.Sign(expected[i]) * (mean - expected[i]);
                variance += Math.Max(0, (squares[i] / draws) - (mean * mean)) / draws;
            }

            Assert.InRange(difference, -4.5 * Math.Sqrt(variance), 4.5 * Math.Sqrt(variance));
        }
    }

    private static Threefry Words(StepContext step) =>
        new(RandomKey.Mix(step.Seed, step.Rank, step.Step, Pipelines.Layout(1).Slots[0].Key, RandomPurpose.Rounding));

    private static ICompressor Create(string compressor)
    {
        var layout = Pipelines.Layout(1);
        return Pipelines.Plan(compressor, memory: "none").CreateCompressor(layout, ThreadTeam.Single);
    }

    private static byte[] Encode(string compressor, float[] values, ParameterSlot slot, StepContext step, PayloadWriter? writer = null)
    {
        writer ??= new PayloadWriter();
        float[] bucket = new float[slot.Offset + slot.Length];
        values.CopyTo(bucket, slot.Offset);
        Create(compressor).Compress(new GradientView(slot, bucket, bucket, step), writer);
        return writer.Written.ToArray();
    }

    private static (byte[] Payload, float[] Decoded) RoundTrip(string compressor, float[] values, ParameterSlot? slot = null)
    {
        var (payload, decoded, _) = Pipelines.RoundTrip(Create(compressor), slot ?? Pipelines.Layout(values.Length).Slots[0], values);
        return (payload, decoded);
    }
}
