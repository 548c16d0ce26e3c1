using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Laws for every pair of the catalogue; a new class joins by being there.</summary>
public sealed class CompressorConformanceTests
{
    public static TheoryData<string> Pairs() => [.. Pipelines.AllPairs().Select(pair => pair.Name)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Input_is_sent_plus_residual_in_the_decoders_own_arithmetic(string pair)
    {
        foreach (int length in TestData.Lengths)
        {
            var (slot, compressor) = Create(pair, ThreadTeam.Single, length);
            foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme" && !IsBeyond(pair, data.Values)))
            {
                var (payload, decoded, _) = Pipelines.RoundTrip(compressor, slot, values);
                float[] residual = [.. values];
                var reader = new PayloadReader(payload);
                compressor.Decompress(ref reader, new GradientAccumulator(slot, residual, -1, Pipelines.Step()));
                int broken = Enumerable.Range(0, length).FirstOrDefault(i => values[i] - decoded[i] != residual[i], -1);
                Assert.True(broken < 0, $"{name}, {length} elements, at {broken}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_bytes_do_not_depend_on_threads_and_repeat(string pair)
    {
        using var team = new ThreadTeam(3);
        foreach (int length in TestData.Lengths)
        {
            var (slot, alone) = Create(pair, ThreadTeam.Single, length);
            var together = Create(pair, team, length).Compressor;
            var again = Create(pair, ThreadTeam.Single, length).Compressor;
            for (int step = 0; step < 2; step++)
            {
                float[] values = TestData.Gaussian(length, seed: step);
                byte[] expected = Pipelines.RoundTrip(alone, slot, values, step).Payload;
                Assert.True(expected.AsSpan().SequenceEqual(Pipelines.RoundTrip(together, slot, values, step).Payload), $"{length} elements");
                Assert.True(expected.AsSpan().SequenceEqual(Pipelines.RoundTrip(again, slot, values, step).Payload), $"{length} elements, again");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_payload_is_within_three_percent_of_its_floor(string pair)
    {
        const int length = 2_000_000;
        var (slot, compressor) = Create(pair, ThreadTeam.Single, length);
        var (payload, _, writer) = Pipelines.RoundTrip(compressor, slot, TestData.Gaussian(length));
        
        // Entries that do not fall evenly, such as one of every chunk, can take less than the floor of evenly spread ones.
        Assert.InRange(8.0 * payload.Length, 0.9 * writer.FloorBits, 1.03 * writer.FloorBits);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_value_that_is_not_finite_is_an_error_or_stays_alone(string pair)
    {
        const int length = 40_000;
        foreach (float strange in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var (slot, compressor) = Create(pair, ThreadTeam.Single, length);
            float[] values = TestData.Gaussian(length);
            values[12_345] = strange;
            float[] decoded;
            try
            {
                decoded = Pipelines.RoundTrip(compressor, slot, values).Decoded;
            }
            catch (NonFiniteGradientException error)
            {
                Assert.Contains(slot.Name, error.Message, StringComparison.Ordinal);
                continue;
            }

            // It was sent as it is, or held back: no other entry takes harm.
            Assert.True(!float.IsFinite(decoded[12_345]) || decoded[12_345] == 0, $"{strange} arrives as {decoded[12_345]}");
            Assert.All(Enumerable.Range(0, length).Where(i => i != 12_345), i => Assert.True(float.IsFinite(decoded[i])));
        }
    }

    // float16 has no room for some finite values; it refuses them, which tests of its own state.
    private static bool IsBeyond(string pair, float[] values) =>
        pair.EndsWith("+float16", StringComparison.Ordinal) && values.Any(value => Math.Abs(value) > 65504);

    private static (ParameterSlot Slot, ICompressor Compressor) Create(string pair, ThreadTeam team, int length)
    {
        var layout = Pipelines.Layout(length);
        return (layout.Slots[0], Pipelines.AllPairs().Single(candidate => candidate.Name == pair).Create(team, layout));
    }
}
