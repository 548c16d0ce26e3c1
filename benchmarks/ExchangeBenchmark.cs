using System.Diagnostics;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>Bytes and milliseconds of every exchange, beside the formula of its bytes.</summary>
public static class ExchangeBenchmark
{
    // Rounds that are not counted: code is compiled, connections are made, and 1-bit Adam sends its gradient dense.
    private const int WarmUp = 3;

    /// <summary>Every exchange, with compressors that it carries.</summary>
    public static IReadOnlyList<ExchangeComposition> Compositions { get; } =
    [
        new("allreduce", "none"),
        new("allreduce(format=float16)", "none"),
        new("powersgd(rank=4)", "none"),
        new("terngrad", "none"),
        new("majority", "sign"),
        new("onebitadam(freeze_step=1)", "none"),
        new("allgather", "sign"),
        new("allgather", "terngrad"),
        new("allgather", "topk(ratio=0.01)"),
        new("allgather", "topk(ratio=0.001)"),
        new("allgather", "topk(ratio=0.01)+sign"),
        new("gtopk", "topk(ratio=0.01)"),
        new("reducescatter", "sign"),
        new("reducescatter", "topk(ratio=0.01)"),
        new("ps", "sign"),
        new("ps", "topk(ratio=0.01)"),
        new("ps(pull=compressed)", "sign"),
    ];

    /// <summary>Finds what cannot be measured before any rank is started.</summary>
    /// <param name="options">Sizes and methods.</param>
    /// <param name="compose">Composes a plan from a compressor and an exchange.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void Check(ExchangeBenchmarkOptions options, Func<string, string, CompressionPlan> compose)
    {
        if (options.Collectives && (options.VirtualWorkers > 0 || options.Methods.Length > 0))
        {
            throw new UserErrorException(ExitCode.Usage, "--collectives measures the links between ranks: it goes with neither --virtual_workers nor --methods.");
        }

        foreach (var (exchange, compressor) in Chosen(options))
        {
            _ = compose(compressor, exchange);
        }
    }

    /// <summary>Measures as one of several ranks; the first prints.</summary>
    /// <param name="options">Sizes and repeats.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="compose">Composes a plan from a compressor and an exchange.</param>
    /// <param name="output">Takes the table or the JSON; null on all ranks but the first.</param>
    public static void Run(
        ExchangeBenchmarkOptions options, ICommunicator communicator, Func<string, string, CompressionPlan> compose, TextWriter? output)
    {
        if (options.Collectives)
        {
            CollectiveBenchmark.Run(Layout(options).Length, options, communicator, output);
            return;
        }

        using var team = new ThreadTeam(options.Threads);
        var rows = Chosen(options).Select(composition => OverRanks(options, composition, communicator, compose, team)).ToList();
        if (output is not null)
        {
            new ExchangeReport(communicator.WorldSize, Layout(options).Length, rows).Write(options.Json, output);
        }
    }

    /// <summary>Measures the bytes of workers in this process.</summary>
    /// <param name="options">Sizes and repeats.</param>
    /// <param name="compose">Composes a plan from a compressor and an exchange.</param>
    /// <param name="output">Takes the table or the JSON.</param>
    public static void RunVirtual(ExchangeBenchmarkOptions options, Func<string, string, CompressionPlan> compose, TextWriter output)
    {
        var rows = Chosen(options).Select(composition => Virtual(options, composition, compose)).ToList();
        new ExchangeReport(options.VirtualWorkers, Layout(options).Length, rows).Write(options.Json, output);
    }

    /// <summary>The bytes of one exchange among workers in this process.</summary>
    public static ExchangeFigures Virtual(
        ExchangeBenchmarkOptions options, ExchangeComposition composition, Func<string, string, CompressionPlan> compose)
    {
        int workers = options.VirtualWorkers;
        var layout = Layout(options);
        float[] gradient = GaussianGradient.Create(layout.Length);
        var plan = compose(composition.Compressor, composition.Exchange);
        using var team = new ThreadTeam(options.Threads);
        IGradientAggregator[] aggregators = [.. Enumerable.Range(0, workers).Select(rank => plan.Create(layout, team, rank, workers))];
        StepMeter[] meters = [.. aggregators.Select(_ => new StepMeter())];
        var bucket = new GradientBucket(layout, new float[layout.Length]);
        using var cluster = new InProcessCluster(workers, sharedBucket: true);
        cluster.Run(
            communicator => aggregators[communicator.Rank].Aggregate(
                bucket, Context(WarmUp, communicator.Rank, meters[communicator.Rank]), new MeteredCommunicator(communicator, meters[communicator.Rank])),
            before: rank => Rotate(gradient, rank, bucket.All));
        return new ExchangeFigures(
            composition.Exchange, composition.Compressor, meters.Average(meter => (double)meter.WireBytes),
            meters.Average(meter => (double)meter.ReceivedBytes), Formula(options).Bytes(composition.Resolved, workers));
    }

    private static ExchangeFigures OverRanks(
        ExchangeBenchmarkOptions options, ExchangeComposition composition, ICommunicator communicator,
        Func<string, string, CompressionPlan> compose, ThreadTeam team)
    {
        var layout = Layout(options);
        float[] gradient = GaussianGradient.Create(layout.Length);
        int workers = communicator.WorldSize;
        var aggregator = compose(composition.Compressor, composition.Exchange).Create(layout, team, communicator.Rank, workers);
        var bucket = new GradientBucket(layout, new float[layout.Length]);
        var meter = new StepMeter();
        double[] steps = new double[options.Repeats], waits = new double[options.Repeats];
        for (int round = -WarmUp; round < options.Repeats; round++)
        {
            Rotate(gradient, communicator.Rank, bucket.All);
            if (round == 0)
            {
                meter = new StepMeter();
            }

            // All begin together, so that nobody's time holds another's delay.
            communicator.AllReduce([0.0]);
            double waited = meter.Seconds(StepPhase.Communicate);
            long start = Stopwatch.GetTimestamp();
            aggregator.Aggregate(bucket, Context(round + WarmUp, communicator.Rank, meter), new MeteredCommunicator(communicator, meter));
            if (round >= 0)
            {
                steps[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                waits[round] = 1000 * (meter.Seconds(StepPhase.Communicate) - waited);
            }
        }

        Span<double> sums = [(double)meter.WireBytes / options.Repeats, (double)meter.ReceivedBytes / options.Repeats, Median.Of(steps), Median.Of(waits)];
        communicator.AllReduce(sums);
        return new ExchangeFigures(
            composition.Exchange, composition.Compressor, sums[0] / workers, sums[1] / workers, Formula(options).Bytes(composition.Resolved, workers))
        {
            StepMs = sums[2] / workers,
            CommunicateMs = sums[3] / workers,
        };
    }

    private static IReadOnlyList<ExchangeComposition> Chosen(ExchangeBenchmarkOptions options) =>
        options.Methods.Length == 0 ? Compositions : ExchangeComposition.ReadList(options.Methods, "methods");

    private static BucketLayout Layout(ExchangeBenchmarkOptions options) =>
        BucketLayout.Create([("matrix", [options.Rows, options.Columns]), ("vector", [options.Columns])]);

    private static WireFormula Formula(ExchangeBenchmarkOptions options) => new(options.Rows, options.Columns, options.Columns);

    private static StepContext Context(long step, int rank, StepMeter meter) => new(step, 1, rank, 1, 0, meter);

    // Every worker has the same values at other places.
    private static void Rotate(float[] source, int rank, Span<float> destination)
    {
        int by = (int)(7919L * rank % source.Length);
        source.AsSpan(by).CopyTo(destination);
        source.AsSpan(0, by).CopyTo(destination[(source.Length - by)..]);
    }
}
