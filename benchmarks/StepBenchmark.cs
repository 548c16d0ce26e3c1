using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl;

namespace Compression.Benchmarks;

/// <summary>Milliseconds of a training step among ranks, method by method, with its parts and the bytes sent.</summary>
public static class StepBenchmark
{
    private const int Vocabulary = 10_000;
    private const int WikiVocabulary = 33_278, HeadWidth = 32;

    /// <summary>Finds what cannot be measured before any rank is started.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void Check(StepBenchmarkOptions options, Func<string, string, CompressionPlan> compose)
    {
        if (options.Model == "transformer-xl" && options.NumHid % HeadWidth != 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--num_hid {options.NumHid}: Transformer-XL is measured with heads of {HeadWidth}; the nearest is {Math.Max(HeadWidth, options.NumHid / HeadWidth * HeadWidth)}.");
        }

        foreach (var (exchange, compressor) in ExchangeComposition.ReadList(options.Methods, "methods"))
        {
            _ = compose(compressor, exchange);
        }
    }

    /// <summary>Measures as one of several ranks; the first prints.</summary>
    /// <param name="options">Sizes and methods.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="compose">Composes a plan from a compressor and an exchange.</param>
    /// <param name="output">Takes the table or the JSON; null on all ranks but the first.</param>
    public static void Run(
        StepBenchmarkOptions options, ICommunicator communicator, Func<string, string, CompressionPlan> compose, TextWriter? output)
    {
        int parameters = 0;
        var rows = new List<StepFigures>();
        foreach (var method in ExchangeComposition.ReadList(options.Methods, "methods"))
        {
            var (figures, summary) = Measure(options, method, communicator, compose(method.Compressor, method.Exchange));
            parameters = (int)summary.Parameters;
            rows.Add(figures);
        }

        if (output is not null)
        {
            new StepReport(communicator.WorldSize, parameters, rows) { LocalSteps = options.LocalSteps }.Write(options.Json, output);
        }
    }

    private static (StepFigures Figures, RunSummary Summary) Measure(
        StepBenchmarkOptions options, ExchangeComposition method, ICommunicator communicator, CompressionPlan plan)
    {
        int local = options.LocalSteps;
        using var stopwatch = new StepStopwatch();
        var context = new TrainingContext(communicator, stopwatch, plan, Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = options.Model == "ptb-lstm" ? TrainLstm(options, method, context) : TrainTransformerXl(options, method, context);
        var seconds = summary.Seconds;
        double[] values =
        [
            // The first step of all has no time.
            Median.Of(stopwatch.Milliseconds.Skip((options.WarmUp * local) - 1).Chunk(local).Select(outer => outer.Sum())), local * summary.Bytes.WirePerStepPerWorker,
            .. new[] { seconds.ForwardBackward, seconds.Compress, seconds.Communicate, seconds.Decompress, seconds.Update }
                .Select(part => 1000 * part * local / options.TotalSteps),
        ];
        communicator.AllReduce(values.AsSpan());
        double[] means = [.. values.Select(value => value / communicator.WorldSize)];
        var figures = new StepFigures(method.ToString(), means[0], means[1])
        {
            ForwardBackwardMs = means[2], CompressMs = means[3], CommunicateMs = means[4], DecompressMs = means[5], UpdateMs = means[6],
        };
        return (figures, summary);
    }

    private static RunSummary TrainLstm(StepBenchmarkOptions options, ExchangeComposition method, TrainingContext context)
    {
        int steps = options.TotalSteps;
        var training = new PtbOptions
        {
            EmbSize = options.NumHid, NumHid = options.NumHid, NumLayers = options.NumLayers, BatchSize = options.BatchSize, Bptt = options.Bptt,
            InitLr = 1, MaxSteps = steps, Threads = options.Threads, LogInterval = steps, Compressor = method.Compressor, Exchange = method.Exchange,
            NumWorkers = context.Communicator.WorldSize, LocalSteps = options.LocalSteps, EvalBatchSize = 1, TestBatchSize = 1,
        };
        int columns = options.BatchSize * context.Communicator.WorldSize;
        return PtbTrainer.Train(training, RandomCorpus.Create(Vocabulary, columns * ((steps * options.Bptt) + 1)), context);
    }

    private static RunSummary TrainTransformerXl(StepBenchmarkOptions options, ExchangeComposition method, TrainingContext context)
    {
        int steps = options.TotalSteps;
        var training = new TransformerXlOptions
        {
            NLayer = options.NumLayers, DModel = options.NumHid, NHead = options.NumHid / HeadWidth, DHead = HeadWidth, DInner = 4 * options.NumHid,
            Adaptive = true, Cutoffs = "2000,10000", BatchSize = options.BatchSize, TgtLen = options.Bptt, MemLen = options.Bptt, EvalTgtLen = options.Bptt,
            Lr = 1e-4, MaxStep = steps, EvalInterval = steps + 1, Threads = options.Threads, LogInterval = steps, Compressor = method.Compressor,
            Exchange = method.Exchange, NumWorkers = context.Communicator.WorldSize, LocalSteps = options.LocalSteps,
        };
        int columns = options.BatchSize * context.Communicator.WorldSize;
        return TransformerXlTrainer.Train(training, RandomCorpus.CreateRanked(WikiVocabulary, columns * ((steps * options.Bptt) + 1)), context);
    }
}
