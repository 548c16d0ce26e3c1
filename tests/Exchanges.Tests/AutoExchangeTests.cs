using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Exchanges.Tests;

/// <summary>What auto chooses against what the alternatives really send.</summary>
public sealed class AutoExchangeTests
{
    private static readonly BucketLayout s_layout = Pipelines.Layout(40_000, 8000);

    [Theory]
    [InlineData("topk(ratio=0.001)", false, 8, "allgather")]
    [InlineData("topk(ratio=0.1)", false, 4, "allgather")]
    [InlineData("topk(ratio=0.1)", false, 16, "ps")]
    [InlineData("sign", false, 8, "allgather")]
    [InlineData("sign", false, 64, "ps")]
    [InlineData("topk(ratio=0.1)", true, 4, "reducescatter")]
    [InlineData("topk(ratio=0.1)", true, 2, "allgather")]
    public void The_choice_is_what_sends_least(string compressor, bool recompress, int workers, string expected)
    {
        var candidates = new List<string> { "allgather", "ps" };
        if (recompress)
        {
            candidates.Add("reducescatter");
        }

        long[] bytes = [.. candidates.Select(exchange => Run(compressor, exchange, workers).Bytes)];
        var (decisions, sent) = Run(compressor, recompress ? "auto(recompress=true)" : "auto(recompress=false)", workers);
        Assert.Equal(candidates[Array.IndexOf(bytes, bytes.Min())], expected);
        Assert.StartsWith($"--exchange auto: {expected}, for {workers} workers", decisions[0], StringComparison.Ordinal);
        Assert.All(decisions, decision => Assert.Equal(decisions[0], decision));
        Assert.InRange(sent, 0.99 * bytes.Min(), 1.01 * bytes.Min());
    }

    [Fact]
    public void A_change_of_exchange_loses_nothing_of_the_memory()
    {
        const int workers = 16;
        var aggregators = Pipelines.Workers(Pipelines.Plan("topk(ratio=0.1)", exchange: "auto(recompress=false)"), s_layout, workers);
        double[] before = new double[s_layout.Length];
        for (int step = 0; step < 3; step++)
        {
            float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(s_layout.Length, (100 * step) + rank))];
            float[] average = Pipelines.Aggregate(s_layout, aggregators, gradients, step)[0];
            double[] after = Residuals.Sum(aggregators, s_layout);
            Assert.All(Enumerable.Range(0, s_layout.Length), i => Assert.Equal(
                (gradients.Sum(gradient => (double)gradient[i]) + before[i] - after[i]) / workers, average[i], 1e-5));
            before = after;
        }
    }

    [Theory]
    [InlineData("none", 64, "allreduce(format=float32)")]
    [InlineData("topk", 1, "allgather")]
    [InlineData("topk", 2, "allgather")]
    [InlineData("topk", 3, "auto(recompress=false)")]
    [InlineData("variance+float32", 64, "allgather")]
    public void Where_there_is_nothing_to_measure_the_choice_is_made_at_once(string compressor, int workers, string exchange) =>
        Assert.Equal(exchange, Compose(compressor, "auto", workers).Exchange);

    private static CompressionPlan Compose(string compressor, string exchange, int workers) => new CompressionComposer(Pipelines.Catalog).Compose(
        new CompressionRequest(compressor, "auto", exchange, 0, new Dictionary<string, string>()) { Workers = workers });

    // The bytes of the second step of all workers; the first one measures.
    private static (string[] Decisions, long Bytes) Run(string compressor, string exchange, int workers)
    {
        var aggregators = Pipelines.Workers(Compose(compressor, exchange, workers), s_layout, workers);
        StepMeter[] ledgers = [.. aggregators.Select(_ => new StepMeter())];
        float[][] buckets = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(s_layout.Length, rank))];
        using var cluster = new InProcessCluster(workers);
        for (int step = 0; step < 2; step++)
        {
            int current = step;
            cluster.Run(communicator =>
            {
                var meter = current == 0 ? new StepMeter() : ledgers[communicator.Rank];
                aggregators[communicator.Rank].Aggregate(
                    new GradientBucket(s_layout, buckets[communicator.Rank].ToArray()),
                    new StepContext(current, 1, communicator.Rank, 1, 0.1 * current, meter),
                    new MeteredCommunicator(communicator, meter));
            });
        }

        return ([.. aggregators.Select(aggregator => aggregator.Decision)], ledgers.Sum(meter => meter.WireBytes));
    }
}
