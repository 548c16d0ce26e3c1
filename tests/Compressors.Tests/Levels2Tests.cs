using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>SparseLoCo's two bits against their formula in double precision.</summary>
public sealed class Levels2Tests
{
    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(63, 6)]
    [InlineData(65, 3)]
    [InlineData(1000, 0.5)]
    [InlineData(100_003, 6)]
    [InlineData(100_003, 2)]
    public void Values_are_sent_as_the_means_of_four_bins_about_their_mean(int length, double range)
    {
        foreach (var (offset, scale) in new[] { (0f, 1f), (3f, 1f), (-0.1f, 1e-20f), (1e6f, 1e4f), (0f, 1e37f) })
        {
            float[] values = [.. TestData.Gaussian(length).Select(value => offset + (scale * value))];
            double mean = values.Average(value => (double)value), width = range / 4 * Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / Math.Max(1, length - 1));
            double[] positions = [.. values.Select(value => width == 0 ? 0 : ((value - mean) / width) + 2)];
            int[] bins = [.. positions.Select(position => (int)Math.Clamp(Math.Round(position), 0, 3))];
            float[] decoded = Decode(FormattableString.Invariant($"dense+levels2(range={range})"), values);

            // Where a value lies on a bound but for the last bits, floats may decide otherwise; the means then shift.
            Assert.DoesNotContain(positions, position => width > 0 && Math.Abs(position - Math.Floor(position) - 0.5) < 1e-7);
            double[] means = [.. Enumerable.Range(0, 4).Select(bin => values.Where((_, i) => bins[i] == bin).Select(value => (double)value).DefaultIfEmpty().Average())];
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(means[bins[i]], decoded[i], 1e-6 * Math.Abs(means[bins[i]]));
            }
        }
    }

    /// <summary>Each level is the mean of those that it stands for, so that the sum of all is kept.</summary>
    [Fact]
    public void The_sum_of_the_sent_values_is_kept()
    {
        float[] values = TestData.Gaussian(100_000), decoded = Decode("chunktopk(ratio=0.03)+levels2(range=3.2)", values);
        float[] chosen = Decode("chunktopk(ratio=0.03)+float32", values);
        Assert.Equal(chosen.Sum(value => (double)value), decoded.Sum(value => (double)value), 1e-2);
        Assert.Equal(3, decoded.Where((_, i) => chosen[i] != 0).Distinct().Count());
        Assert.All(decoded.Where((_, i) => chosen[i] == 0), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_level_that_is_not_finite_is_no_payload()
    {
        var layout = Pipelines.Layout(100);
        var compressor = Pipelines.Plan("dense+levels2").CreateCompressor(layout, ThreadTeam.Single);
        byte[] payload = Pipelines.RoundTrip(compressor, layout.Slots[0], TestData.Gaussian(100)).Payload;
        payload.AsSpan(4, 4).Fill(0xFF);
        Assert.Throws<PayloadException>(() =>
        {
            var reader = new PayloadReader(payload);
            compressor.Decompress(ref reader, new GradientAccumulator(layout.Slots[0], new float[100], 1, Pipelines.Step()));
        });
    }

    private static float[] Decode(string composition, float[] values)
    {
        var layout = Pipelines.Layout(values.Length);
        return Pipelines.RoundTrip(Pipelines.Plan(composition).CreateCompressor(layout, ThreadTeam.Single), layout.Slots[0], values).Decoded;
    }
}
