using Compression.Core.Tests;
using Compression.Exchanges.TernGrad;

namespace Compression.Exchanges.Tests;

/// <summary>Trits with one scale for all: whole multiples of it, and unbiased.</summary>
public sealed class TernGradExchangeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(130)]
    public void The_mean_is_a_whole_multiple_of_the_largest_scale(int workers)
    {
        var layout = Pipelines.Layout(700, 3, 0, 77);
        var aggregators = Pipelines.Workers(Pipelines.Plan("none", exchange: "terngrad(clip=0)"), layout, workers);
        float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(layout.Length, rank))];
        float[][] averages = Pipelines.Aggregate(layout, aggregators, gradients);
        Assert.All(averages, average => Assert.Equal(averages[0], average));
        foreach (var slot in layout.Slots.Where(slot => slot.Length > 0))
        {
            double unit = gradients.Max(gradient => gradient.AsSpan(slot.Offset, slot.Length).ToArray().Max(Math.Abs)) / (double)workers;
            foreach (float value in averages[0].AsSpan(slot.Offset, slot.Length))
            {
                Assert.Equal(Math.Round(value / unit), value / unit, 1e-4);
                Assert.InRange(Math.Abs(value / unit), 0, workers + 1e-4);
            }
        }
    }

    [Fact]
    public void Its_expectation_is_the_mean_of_the_gradients()
    {
        const int workers = 3, rounds = 2000, length = 50;
        var layout = Pipelines.Layout(length);
        var aggregators = Pipelines.Workers(Pipelines.Plan("none", exchange: "terngrad(clip=0)"), layout, workers);
        float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(length, rank))];
        double scale = gradients.Max(gradient => gradient.Max(Math.Abs));
        double[] sums = new double[length];
        for (int round = 0; round < rounds; round++)
        {
            float[] average = Pipelines.Aggregate(layout, aggregators, gradients, round)[0];
            for (int i = 0; i < length; i++)
            {
                sums[i] += average[i];
            }
        }

        for (int i = 0; i < length; i++)
        {
            // The variance of one trit is s|g| − g².
            double variance = gradients.Sum(gradient => (scale * Math.Abs((double)gradient[i])) - Math.Pow(gradient[i], 2)) / (workers * workers) / rounds;
            Assert.Equal(gradients.Average(gradient => (double)gradient[i]), sums[i] / rounds, (5 * Math.Sqrt(variance)) + 1e-6);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1024)]
    public void Sums_of_any_number_of_trits_come_back(int largest)
    {
        var random = new Random(largest);
        for (int length = 0; length < 40; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-largest, largest + 1))];
            byte[] bytes = new byte[PackedIntegers.ByteCount(length, largest)];
            PackedIntegers.Write(values, largest, bytes);
            for (int first = 0; first <= length; first++)
            {
                float[] back = new float[length - first];
                PackedIntegers.Read(bytes, first, largest, 1, back);
                Assert.Equal(values[first..], back);
            }
        }
    }
}
