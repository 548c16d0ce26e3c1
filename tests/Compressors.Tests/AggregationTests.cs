using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Core.Pipeline;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>What n workers together must keep, for each exchange.</summary>
public sealed class AggregationTests
{
    private static readonly long[] s_lengths = [5, 1, 0, 70_001, 64];

    public static TheoryData<string, string, int> Cases()
    {
        var cases = new TheoryData<string, string, int>();
        foreach (string compressor in new[] { "none", "topk(ratio=0.01)", "sign", "topk(ratio=0.05)+sign" })
        {
            foreach (int workers in new[] { 1, 2, 3, 4, 5, 8 })
            {
                cases.Add(compressor, "allgather", workers);
            }
        }

        for (int workers = 1; workers <= 8; workers++)
        {
            cases.Add("none", "allreduce", workers);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_and_residuals_add_up_to_the_mean_and_all_workers_agree(string compressor, string exchange, int workers)
    {
        var layout = Pipelines.Layout(s_lengths);
        var plan = Pipelines.Plan(compressor, exchange: exchange);
        IGradientAggregator[] aggregators = [.. Enumerable.Range(0, workers).Select(_ => plan.Create(layout, KernelTeam.Single))];
        double[] before = new double[layout.Length];
        for (int step = 0; step < 3; step++)
        {
            // One worker brings zeros only.
            float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank =>
                rank == 1 ? new float[layout.Length] : TestData.Gaussian(layout.Length, seed: (100 * step) + rank))];
            float[][] averages = Pipelines.Aggregate(layout, aggregators, gradients, step);
            double[] after = Pipelines.SumOfResiduals(aggregators, layout.Length);
            for (int i = 0; i < layout.Length; i++)
            {
                double sent = gradients.Sum(gradient => (double)gradient[i]) + before[i] - after[i];
                Assert.Equal(sent / workers, averages[0][i], 2e-6 * Math.Max(1, Math.Abs(sent)));
            }

            Assert.All(averages, average => Assert.True(average.AsSpan().SequenceEqual(averages[0])));
            before = after;
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("topk(ratio=0.01)")]
    [InlineData("sign")]
    public void Workers_that_share_a_bucket_leave_the_average_that_others_get(string compressor)
    {
        var layout = Pipelines.Layout(s_lengths);
        var plan = Pipelines.Plan(compressor);
        float[][] gradients = [.. Enumerable.Range(0, 5).Select(rank => TestData.Gaussian(layout.Length, seed: rank))];
        float[] expected = Pipelines.Aggregate(layout, [.. gradients.Select(_ => plan.Create(layout, KernelTeam.Single))], gradients)[0];

        IGradientAggregator[] aggregators = [.. gradients.Select(_ => plan.Create(layout, KernelTeam.Single))];
        float[] shared = new float[layout.Length];
        var bucket = new Core.Gradients.GradientBucket(layout, shared);
        using var cluster = new InProcessCluster(5, sharedBucket: true);
        cluster.Run(
            communicator => aggregators[communicator.Rank].Aggregate(bucket, Pipelines.Step(communicator.Rank), communicator),
            before: rank => gradients[rank].CopyTo(shared, 0));
        Assert.Equal(expected, shared);
    }

    [Theory]
    [InlineData("topk(ratio=0.01)", 1, 1)]
    [InlineData("topk(ratio=0.001)+sign", 0.9, 0.7)]
    [InlineData("topk(ratio=0.6)", 1, 1)]
    [InlineData("threshold(tau=0.5)", 0.9, 1)]
    [InlineData("dgc(ratio=0.01)", 1, 0.5)]
    public void Adding_and_choosing_in_one_pass_gives_the_bits_of_two_passes(string compressor, double beta, double gamma)
    {
        var layout = Pipelines.Layout(5, 100_003, 0, 20_000);
        var plan = Pipelines.Plan(compressor);
        IGradientAggregator Create(bool inTwoPasses)
        {
            var context = new Core.Catalog.ComponentContext(layout, KernelTeam.Single, 0) { HasMemory = true };
            var made = plan.CreateCompressor(layout, KernelTeam.Single);
            Assert.True(made.CompletesSum);
            var memory = new Memory.ResidualMemory(new Memory.ResidualOptions { Beta = beta, Gamma = gamma }, context);
            return new CompressedGather(inTwoPasses ? new NeedsTheSum(made) : made, memory, context);
        }

        IGradientAggregator[] fused = [Create(inTwoPasses: false)], plain = [Create(inTwoPasses: true)];
        for (int step = 0; step < 4; step++)
        {
            float[] gradient = TestData.Gaussian(layout.Length, seed: step);
            float[] expected = Pipelines.Aggregate(layout, plain, [gradient], step)[0];
            Assert.True(expected.AsSpan().SequenceEqual(Pipelines.Aggregate(layout, fused, [gradient], step)[0]));
            Assert.Equal(Pipelines.SumOfResiduals(plain, layout.Length), Pipelines.SumOfResiduals(fused, layout.Length));
        }
    }

    [Fact]
    public void Peers_with_another_composition_or_model_are_told()
    {
        var layout = Pipelines.Layout(100);
        IGradientAggregator[] aggregators =
            [Pipelines.Plan("topk").Create(layout, KernelTeam.Single), Pipelines.Plan("topk(ratio=0.5)").Create(layout, KernelTeam.Single)];
        var failure = Assert.Throws<CommunicationException>(() => Pipelines.Aggregate(layout, aggregators, [new float[100], new float[100]]));
        Assert.Contains("another model or compressor", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_slots_go_dense_and_large_ones_compressed()
    {
        var layout = Pipelines.Layout(100, 10_000);
        var plan = Pipelines.Plan("topk(ratio=0.01)", minSlotSize: 101);
        float[] gradient = TestData.Gaussian(layout.Length);
        float[] average = Pipelines.Aggregate(layout, [plan.Create(layout, KernelTeam.Single)], [gradient])[0];
        Assert.Equal(gradient[..100], average[..100]);
        Assert.Equal(100, average[100..].Count(value => value != 0));
    }

    [Fact]
    public void A_step_allocates_nothing_after_the_first()
    {
        var layout = Pipelines.Layout(1000, 200_000);
        using var communicator = new LocalCommunicator();
        foreach (string compressor in new[] { "topk(ratio=0.01)", "topk(ratio=0.01)+sign", "sign" })
        {
            var aggregator = Pipelines.Plan(compressor).Create(layout, KernelTeam.Single);
            var bucket = new Core.Gradients.GradientBucket(layout, TestData.Gaussian(layout.Length));
            float[] gradient = TestData.Gaussian(layout.Length);
            var step = Pipelines.Step();
            for (int i = 0; i < 3; i++)
            {
                gradient.CopyTo(bucket.All);
                aggregator.Aggregate(bucket, step, communicator);
            }

            gradient.CopyTo(bucket.All);
            long before = GC.GetAllocatedBytesForCurrentThread();
            aggregator.Aggregate(bucket, step, communicator);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before <= 256, $"{compressor}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }
    }

    // Hides that a compressor could add up by itself.
    private sealed class NeedsTheSum(ICompressor inner) : ICompressor
    {
        public CompressorTraits Traits => inner.Traits;

        public void Compress(in Core.Gradients.GradientView gradient, Core.Payloads.PayloadWriter writer) => inner.Compress(gradient, writer);

        public void Decompress(ref Core.Payloads.PayloadReader reader, Core.Gradients.GradientAccumulator destination) =>
            inner.Decompress(ref reader, destination);
    }
}
