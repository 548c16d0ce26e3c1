using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Tests;

namespace Compression.Exchanges.Tests;

/// <summary>What n workers together must keep, for each exchange with what it can carry.</summary>
public sealed class AggregationTests
{
    // Vectors and matrices, small ones and none.
    private static readonly BucketLayout s_layout =
        BucketLayout.Create([("p0", [5]), ("p1", [1]), ("p2", [0]), ("p3", [257, 273]), ("p4", [64]), ("p5", [3, 4, 2])]);

    /// <summary>Compositions whose memories hold exactly what is not in the average.</summary>
    private static readonly (string Compressor, string Exchange, string Memory)[] s_conserving =
    [
        ("none", "allreduce", "none"),
        ("none", "allgather", "none"),
        ("topk(ratio=0.01)", "allgather", "residual"),
        ("topk(ratio=0.01)", "allgather", "momentum(momentum=0)"),
        ("sign", "allgather", "residual"),
        ("topk(ratio=0.05)+sign", "allgather", "residual"),
        ("none", "reducescatter", "none"),
        ("topk(ratio=0.01)", "reducescatter", "residual"),
        ("sign", "reducescatter", "residual"),
        ("topk(ratio=0.05)+sign", "reducescatter", "momentum(momentum=0)"),
        ("none", "ps", "none"),
        ("topk(ratio=0.05)", "ps", "residual"),
        ("sign", "ps", "residual"),
        ("topk(ratio=0.05)", "ps(pull=compressed)", "residual"),
        ("topk(ratio=0.01)", "gtopk", "residual"),
        ("topk(ratio=0.3)", "gtopk", "momentum(momentum=0)"),
        ("threshold(tau=2.5)", "gtopk", "residual"),
        ("threshold(tau=4)", "reducescatter", "residual"),
        ("adacomp+float32", "gtopk", "residual"),
        ("adacomp+sign", "ps(pull=compressed)", "residual"),
        ("randomk(ratio=0.05)", "reducescatter", "residual"),
        ("randomk(ratio=0.05)", "gtopk", "residual"),
        ("topk(ratio=0.02,scope=global)", "reducescatter", "residual"),
        ("onebit", "reducescatter", "residual"),
        ("topk(ratio=0.05)+terngrad", "ps(pull=compressed)", "residual"),
        ("float16", "ps(pull=compressed)", "residual"),
        ("none", "powersgd(rank=2)", "none"),
        ("chunktopk(ratio=0.05)+levels2", "allgather", "residual"),
        ("chunktopk(ratio=0.02,chunk=100)", "reducescatter", "residual"),
        ("dcttopk(k=5)", "allgather", "demo(decay=1)"),
        ("dcttopk(k=5)+sign", "ps(pull=compressed)", "residual"),
        ("none", "onebitadam(freeze_step=1)", "none"),
        ("none", "zerooneadam(var_freeze_step=2,var_update_scaler=1)", "none"),

        // The examples of CONTRIBUTING.md.
        ("none", "tree", "none"),
        ("topk(ratio=0.05)", "allgather", "reset"),
    ];

    /// <summary>All compositions, with those of other laws.</summary>
    private static readonly (string Compressor, string Exchange, string Memory)[] s_all =
    [
        .. s_conserving,
        ("none", "allreduce(format=float16)", "none"),
        ("none", "allreduce(format=bfloat16)", "none"),
        ("none", "terngrad", "none"),
        ("sign", "majority", "none"),
        ("sign", "majority(momentum=0.9,scale=one)", "none"),
        ("topk(ratio=0.05)", "allgather", "momentum"),
        ("topk(ratio=0.05)", "reducescatter", "momentum"),
        ("topk(ratio=0.05)", "allgather", "ef21"),
        ("sign", "ps(pull=compressed)", "ef21"),
        ("topk(ratio=0.05)", "gtopk", "ef21"),
        ("topk(ratio=0.05)", "gtopk", "none"),
        ("topk(ratio=0.3)", "auto(recompress=false)", "residual"),
        ("topk(ratio=0.3)", "auto(recompress=true)", "momentum"),
    ];

    public static TheoryData<string, string, string, int> Conserving() => Cross(s_conserving, [1, 2, 3, 4, 5, 6, 7, 8]);

    public static TheoryData<string, string, string, int> All() => Cross(s_all, [1, 3, 4]);

    /// <summary>Payloads of others grow with the residual, and their buffers with them.</summary>
    public static TheoryData<string, string, string, int> OfSteadyLength() => Cross(
        [.. s_all.Where(composition => !composition.Compressor.StartsWith("threshold", StringComparison.Ordinal)
            && !composition.Compressor.StartsWith("adacomp", StringComparison.Ordinal))],
        [1]);

    [Theory]
    [MemberData(nameof(Conserving))]
    public void Gradients_and_residuals_add_up_to_the_mean_and_all_workers_agree(string compressor, string exchange, string memory, int workers)
    {
        var layout = s_layout;
        var aggregators = Pipelines.Workers(Pipelines.Plan(compressor, memory, exchange), layout, workers);
        double[] before = new double[layout.Length];
        for (int step = 0; step < 3; step++)
        {
            float[][] gradients = Gradients(layout, workers, step);
            float[][] averages = Pipelines.Aggregate(layout, aggregators, gradients, step);
            double[] after = Residuals.Sum(aggregators, layout);
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
    [InlineData("allreduce", 1e-6, 0)]
    [InlineData("tree", 1e-6, 0)]
    [InlineData("allreduce(format=float16)", 1.0 / 1024, 1.0 / (1 << 24))]
    [InlineData("allreduce(format=bfloat16)", 1.0 / 128, 0)]
    [InlineData("allgather", 1e-6, 0)]
    [InlineData("reducescatter", 1e-6, 0)]
    [InlineData("ps", 1e-6, 0)]
    public void Dense_gradients_arrive_as_their_mean_in_double_precision(string exchange, double bound, double smallest)
    {
        foreach (var layout in (BucketLayout[])[s_layout, Pipelines.Layout(3), Pipelines.Layout(0), Pipelines.Layout(64, 64), Pipelines.Layout(1000, 7)])
        {
            for (int workers = 1; workers <= 8; workers++)
            {
                var aggregators = Pipelines.Workers(Pipelines.Plan("none", "none", exchange), layout, workers);
                float[][] gradients = Gradients(layout, workers, step: 0);
                float[][] averages = Pipelines.Aggregate(layout, aggregators, gradients);
                for (int i = 0; i < layout.Length; i++)
                {
                    double scale = gradients.Max(gradient => Math.Abs((double)gradient[i]));
                    Assert.Equal(gradients.Average(gradient => (double)gradient[i]), averages[0][i], (bound * scale) + smallest);
                }

                Assert.All(averages, average => Assert.True(average.AsSpan().SequenceEqual(averages[0])));
            }
        }
    }

    [Theory]
    [InlineData(70_000f)]
    [InlineData(float.NaN)]
    public void What_16_bits_cannot_hold_is_an_error_that_names_the_parameter(float value)
    {
        var layout = Pipelines.Layout(10, 10);
        float[] gradient = TestData.Gaussian(layout.Length);
        gradient[13] = value;
        var aggregators = Pipelines.Workers(Pipelines.Plan("none", exchange: "allreduce(format=float16)"), layout, 1);
        Assert.Contains("p1", Assert.Throws<NonFiniteGradientException>(() => Pipelines.Aggregate(layout, aggregators, [gradient])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Workers_that_share_a_bucket_leave_the_average_that_others_get(string compressor, string exchange, string memory, int workers)
    {
        var layout = s_layout;
        var plan = Pipelines.Plan(compressor, memory, exchange);
        var apart = Pipelines.Workers(plan, layout, workers);
        var together = Pipelines.Workers(plan, layout, workers);
        float[] shared = new float[layout.Length];
        var bucket = new GradientBucket(layout, shared);
        using var cluster = new InProcessCluster(workers, sharedBucket: true);
        for (int step = 0; step < 3; step++)
        {
            float[][] gradients = Gradients(layout, workers, step);
            float[][] averages = Pipelines.Aggregate(layout, apart, gradients, step);
            int current = step;
            cluster.Run(
                communicator => together[communicator.Rank].Aggregate(bucket, Pipelines.Step(communicator.Rank, current), communicator),
                before: rank => gradients[rank].CopyTo(shared, 0));
            Assert.Equal(averages[0], shared);
            Assert.All(averages, average => Assert.True(average.AsSpan().SequenceEqual(averages[0])));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_restored_worker_goes_on_bit_for_bit(string compressor, string exchange, string memory, int workers)
    {
        var layout = s_layout;
        var plan = Pipelines.Plan(compressor, memory, exchange);
        var aggregators = Pipelines.Workers(plan, layout, workers);
        for (int step = 0; step < 2; step++)
        {
            Pipelines.Aggregate(layout, aggregators, Gradients(layout, workers, step), step);
        }

        var restored = Pipelines.Workers(plan, layout, workers);
        for (int worker = 0; worker < workers; worker++)
        {
            var state = new StateInMemory();
            aggregators[worker].Save(state);
            restored[worker].Load(state);
        }

        for (int step = 2; step < 4; step++)
        {
            float[][] gradients = Gradients(layout, workers, step);
            Assert.Equal(Pipelines.Aggregate(layout, aggregators, gradients, step), Pipelines.Aggregate(layout, restored, gradients, step));
            Assert.Equal(aggregators.SelectMany(one => one.Residuals).SelectMany(part => part.ToArray()), restored.SelectMany(one => one.Residuals).SelectMany(part => part.ToArray()));
        }
    }

    [Theory]
    [MemberData(nameof(OfSteadyLength))]
    public void A_step_allocates_nothing_after_the_first(string compressor, string exchange, string memory, int workers)
    {
        var layout = Pipelines.Layout(1000, 200_000);
        using var communicator = new LocalCommunicator();
        var aggregator = Pipelines.Plan(compressor, memory, exchange).Create(layout, ThreadTeam.Single, 0, workers);
        var bucket = new GradientBucket(layout, TestData.Gaussian(layout.Length));
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
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 256, $"{allocated} bytes");
    }

    [Theory]
    [InlineData("allgather")]
    [InlineData("reducescatter")]
    [InlineData("gtopk")]
    public void Peers_with_another_composition_or_model_are_told(string exchange)
    {
        var layout = Pipelines.Layout(100);
        IGradientAggregator[] aggregators =
        [
            Pipelines.Plan("topk", exchange: exchange).Create(layout, ThreadTeam.Single, 0, 2),
            Pipelines.Plan("topk(ratio=0.5)", exchange: exchange).Create(layout, ThreadTeam.Single, 1, 2),
        ];
        var failure = Assert.Throws<CommunicationException>(() => Pipelines.Aggregate(layout, aggregators, [new float[100], new float[100]]));
        Assert.Contains("another model or compressor", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("allgather")]
    [InlineData("reducescatter")]
    [InlineData("gtopk")]
    public void Small_slots_go_dense_and_large_ones_compressed(string exchange)
    {
        var layout = Pipelines.Layout(100, 10_000);
        var plan = Pipelines.Plan("topk(ratio=0.01)", exchange: exchange, minSlotSize: 101);
        float[][] gradients = [.. Enumerable.Range(0, 3).Select(rank => TestData.Gaussian(layout.Length, rank))];
        float[] average = Pipelines.Aggregate(layout, Pipelines.Workers(plan, layout, 3), gradients)[0];
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(gradients.Average(gradient => gradient[i]), average[i], 1e-6));
        Assert.InRange(average[100..].Count(value => value != 0), 90, 300);
    }

    /// <summary>Gradients of which the second worker's are zeros.</summary>
    private static float[][] Gradients(BucketLayout layout, int workers, int step) => [.. Enumerable.Range(0, workers).Select(rank =>
        rank == 1 ? new float[layout.Length] : TestData.Gaussian(layout.Length, seed: (100 * step) + rank))];

    private static TheoryData<string, string, string, int> Cross((string, string, string)[] compositions, int[] workers)
    {
        var cases = new TheoryData<string, string, string, int>();
        foreach (var (compressor, exchange, memory) in compositions)
        {
            foreach (int count in workers)
            {
                cases.Add(compressor, exchange, memory, count);
            }
        }

        return cases;
    }
}
