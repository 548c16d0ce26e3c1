using Compression.Benchmarks.Peers;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl;
using TorchSharp;
using static System.FormattableString;

namespace Compression.Benchmarks;

/// <summary>
/// Tokens per second of Transformer-XL's training step, ours and that of the same model of libtorch's layers, step by step in turns, with
/// our time split and the arithmetic that a step needs.
/// </summary>
public static class TransformerXlBenchmark
{
    private const int WarmUpSteps = 3;
    private const double LearningRate = 1e-4;

    /// <summary>Measures and prints a table, or JSON.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a plan from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(TransformerXlBenchmarkOptions options, Func<string, CompressionPlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount, steps = WarmUpSteps + options.Steps;
        var training = new TransformerXlOptions
        {
            NLayer = options.NLayer, DModel = options.DModel, NHead = options.NHead, DHead = options.DHead, DInner = options.DInner, Dropout = options.Dropout,
            Adaptive = true, Cutoffs = options.Cutoffs, BatchSize = options.BatchSize, TgtLen = options.TgtLen, MemLen = options.TgtLen,
            EvalTgtLen = options.TgtLen, Lr = LearningRate, MaxStep = steps, EvalInterval = steps + 1, LogInterval = steps, Threads = threads,
        };
        var shape = training.ShapeFor(options.Vocabulary);
        var corpus = RandomCorpus.CreateRanked(options.Vocabulary, options.BatchSize * ((steps * options.TgtLen) + 1));
        var segments = OrderedSegments.ForTraining(corpus.Train, 0, 1, options.BatchSize, options.TgtLen);
        using var peer = new TransformerXlPeer(shape, options.BatchSize, options.TgtLen, LearningRate);
        var turns = new PeerTurns(threads, WarmUpSteps, turn =>
        {
            using var scope = torch.NewDisposeScope();
            var (input, target) = segments.Read(turn);
            peer.Step(torch.tensor(input, [input.Length / options.BatchSize, options.BatchSize]), torch.tensor(target));
        });

        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch(turns.Take);
        var context = new TrainingContext(communicator, stopwatch, compose("none"), Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = TransformerXlTrainer.Train(training, corpus, context);

        var seconds = summary.Seconds;
        double step = seconds.ForwardBackward + seconds.Compress + seconds.Communicate + seconds.Decompress + seconds.Update;
        new StepComparison(
            Invariant($"Transformer-XL {options.NLayer} {Plural.Of(options.NLayer, "layer")} of {options.DModel}, {options.NHead} {Plural.Of(options.NHead, "head")} of {options.DHead}, inner {options.DInner}, {options.Vocabulary:N0} {Plural.Of(options.Vocabulary, "word")} in clusters {options.Cutoffs}, batch {options.BatchSize}, length and memory {options.TgtLen}, dropout {options.Dropout}, {summary.Parameters:N0} {Plural.Of(summary.Parameters, "parameter")}"),
            "tokens", options.BatchSize * options.TgtLen,
            StepArithmetic.Of(shape, options.BatchSize, options.TgtLen, options.TgtLen, corpus.Train),
            [.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], turns.Times, MachinePeak.Measure(threads))
            .Write(options.Json, Invariant($"  our split: forward/backward {seconds.ForwardBackward / step:P1}, update {seconds.Update / step:P1}"), output);
    }
}
