using Compression.Core.Reporting;
using Compression.Training.ModelParallel;

namespace Compression.Training.Tests.ModelParallel;

[Seeded]
public sealed class PlacementTests
{
    [Fact]
    public void A_balanced_placement_is_as_good_as_the_best_of_all()
    {
        var random = new Random(5);
        int infeasible = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            int layers = random.Next(1, 9), stages = random.Next(1, layers + 1);
            var costs = new LayerCosts(
                [.. Enumerable.Range(0, layers).Select(_ => random.NextDouble())], [.. Enumerable.Range(0, layers).Select(_ => random.NextInt64(1, 10) << 20)],
                (random.NextDouble(), random.NextInt64(0, 5) << 20), (2 * random.NextDouble(), random.NextInt64(0, 5) << 20));
            long limit = trial % 2 == 0 ? 0 : random.NextInt64(5, 30) << 20;
            double best = Partitions(layers, stages)
                .Where(sizes => limit == 0 || Stages(sizes).All(range => costs.BytesOf(range.First, range.End) <= limit))
                .Select(sizes => Stages(sizes).Max(range => costs.SecondsOf(range.First, range.End)))
                .DefaultIfEmpty(double.PositiveInfinity).Min();
            if (double.IsInfinity(best))
            {
                infeasible++;
                UserErrors.Expect(ExitCode.Usage, () => BalancedPlacement.Find(costs, stages, limit), "--stage_memory");
                continue;
            }

            var found = BalancedPlacement.Find(costs, stages, limit);
            StageRange[] ranges = [.. Enumerable.Range(0, found.Stages).Select(stage => found[stage])];
            Assert.Equal(stages, ranges.Length);
            Assert.Equal(best, ranges.Max(range => costs.SecondsOf(range.FirstLayer, range.EndLayer)), 1e-12);
            Assert.True(limit == 0 || ranges.All(range => costs.BytesOf(range.FirstLayer, range.EndLayer) <= limit));
        }

        Assert.InRange(infeasible, 10, 140);
    }

    [Theory]
    [InlineData(8, 2, "0,0,0,0,1,1,1,1")]
    [InlineData(8, 3, "0,0,0,1,1,1,2,2")]
    [InlineData(5, 4, "0,0,1,2,3")]
    [InlineData(3, 1, "0,0,0")]
    public void The_even_placement_is_the_original_s(int layers, int stages, string places)
    {
        Assert.Equal(places, StagePlacement.Even(layers, stages).ToString());
        Assert.Equal(places, StagePlacement.Parse(places, layers, stages).ToString());
    }

    [Fact]
    public void Stages_hold_all_layers_one_after_another()
    {
        var placement = StagePlacement.Parse("0,0,0,1,2,2", 6, 3);
        Assert.Equal([(0, 3), (3, 4), (4, 6)], Enumerable.Range(0, 3).Select(stage => (placement[stage].FirstLayer, placement[stage].EndLayer)));
        Assert.True(placement[0].IsFirst && placement[2].IsLast && !placement[1].IsFirst && !placement[1].IsLast);
    }

    [Theory]
    [InlineData("0,1,0,1", "after stage 1")]
    [InlineData("1,1,2,2", "stage 0")]
    [InlineData("0,0,2,2", "after stage 0")]
    [InlineData("0,0,1", "places 3 layers")]
    [InlineData("0,0,0,0", "has 1 stage, ")]
    [InlineData("0,0,one,1", "'one'")]
    public void Lists_that_make_no_sense_are_explained(string list, string reason) =>
        UserErrors.Expect(ExitCode.Usage, () => StagePlacement.Parse(list, 4, 2), "--placement", reason);

    private static IEnumerable<int[]> Partitions(int layers, int stages) => stages == 1
        ? [[layers]]
        : Enumerable.Range(1, Math.Max(0, layers - stages + 1)).SelectMany(first => Partitions(layers - first, stages - 1).Select(rest => (int[])[first, .. rest]));

    private static IEnumerable<(int First, int End)> Stages(int[] sizes) => sizes.Select((size, stage) => (sizes[..stage].Sum(), sizes[..stage].Sum() + size));
}
