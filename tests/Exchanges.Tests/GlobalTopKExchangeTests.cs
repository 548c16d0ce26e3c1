using Compression.Core.Gradients;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Exchanges.Tests;

/// <summary>The tree of gTop-k against a plain simulation of it that carries every worker's contribution apart.</summary>
public sealed class GlobalTopKExchangeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(13)]
    public void Rejected_entries_return_to_their_owner_and_accepted_ones_are_the_sum(int workers)
    {
        // Few positions and many entries: the same position is rejected on one branch and comes in over another.
        const int length = 60, k = 12;
        var layout = Pipelines.Layout(length);
        var aggregators = Pipelines.Workers(Pipelines.Plan("topk(ratio=0.2)", exchange: "gtopk"), layout, workers);
        float[][] residuals = [.. Enumerable.Range(0, workers).Select(_ => new float[length])];
        int splitFates = 0;
        for (int step = 0; step < 20; step++)
        {
            float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(length, (100 * step) + rank))];
            float[][] compensated = [.. gradients.Zip(residuals, (gradient, residual) => gradient.Zip(residual, (g, e) => g + e).ToArray())];
            var tree = compensated.Select((values, rank) => Largest(values, k).ToDictionary(i => i, i => new Dictionary<int, float> { [rank] = values[i] })).ToArray();
            for (int stride = 1; stride < workers; stride *= 2)
            {
                for (int rank = 0; rank + stride < workers; rank += 2 * stride)
                {
                    tree[rank] = Merge(tree[rank], tree[rank + stride], k);
                }
            }

            float[][] averages = Pipelines.Aggregate(layout, aggregators, gradients, step);
            for (int i = 0; i < length; i++)
            {
                var contributions = tree[0].GetValueOrDefault(i, []);
                Assert.Equal(contributions.Values.Sum(value => (double)value) / workers, averages[0][i], 1e-5);
                splitFates += contributions.Count > 0 && compensated.Where((values, rank) => Largest(values, k).Contains(i) && !contributions.ContainsKey(rank)).Any() ? 1 : 0;
                for (int rank = 0; rank < workers; rank++)
                {
                    residuals[rank][i] = contributions.ContainsKey(rank) ? 0 : compensated[rank][i];
                }
            }

            for (int rank = 0; rank < workers; rank++)
            {
                var state = new StateInMemory();
                aggregators[rank].Save(state);
                Assert.Equal(residuals[rank], state["residual/p0"]);
            }
        }

        Assert.True(workers < 4 || splitFates > 0, "no position was rejected on one branch and accepted on another");
    }

    [Fact]
    public void Each_slot_keeps_as_many_entries_as_one_worker_sends()
    {
        BucketLayout layout = Pipelines.Layout(5000, 300, 20);
        var aggregators = Pipelines.Workers(Pipelines.Plan("topk(ratio=0.01)", exchange: "gtopk"), layout, 5);
        float[] average = Pipelines.Aggregate(
            layout, aggregators, [.. Enumerable.Range(0, 5).Select(rank => TestData.Gaussian(layout.Length, rank))])[0];
        Assert.Equal([50, 3, 1], layout.Slots.Select(slot => average.AsSpan(slot.Offset, slot.Length).ToArray().Count(value => value != 0)));
    }

    [Theory]
    [InlineData("sign")]
    [InlineData("topk+sign")]
    [InlineData("none")]
    public void Only_plain_sparse_values_can_be_merged(string compressor)
    {
        var failure = Assert.Throws<UserErrorException>(() => Pipelines.Plan(compressor, exchange: "gtopk"));
        Assert.Contains("--compressor topk", failure.Message, StringComparison.Ordinal);
    }

    private static Dictionary<int, Dictionary<int, float>> Merge(
        Dictionary<int, Dictionary<int, float>> one, Dictionary<int, Dictionary<int, float>> other, int k)
    {
        var sums = one.Keys.Union(other.Keys).ToDictionary(
            i => i, i => one.GetValueOrDefault(i, []).Concat(other.GetValueOrDefault(i, [])).ToDictionary(pair => pair.Key, pair => pair.Value));
        var kept = sums.OrderByDescending(entry => Math.Abs(Total(entry.Value))).ThenBy(entry => entry.Key).Take(k);
        return kept.ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    private static float Total(Dictionary<int, float> contributions) => contributions.Values.Sum();

    private static int[] Largest(float[] values, int k) =>
        [.. Enumerable.Range(0, values.Length).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).Take(k)];
}
