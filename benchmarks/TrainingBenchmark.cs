using Compression.Benchmarks.Peers;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Models;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using TorchSharp;
using static System.FormattableString;

namespace Compression.Benchmarks;

/// <summary>
/// Words per second of the PTB LSTM's training step, ours and that of the same model of libtorch's layers, step by step in turns, with our
/// time split and the arithmetic that a step needs.
/// </summary>
public static class TrainingBenchmark
{
    private const int Vocabulary = 10_000;
    private const int WarmUpSteps = 3;
    private const double LearningRate = 1;

    /// <summary>Measures and prints a table, or JSON.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a plan from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(TrainingBenchmarkOptions options, Func<string, CompressionPlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount, steps = WarmUpSteps + options.Steps;
        var model = new LstmModelOptions(Vocabulary, options.NumHid, options.NumHid, options.NumLayers, options.Dropout, Tied: false);
        var corpus = RandomCorpus.Create(Vocabulary, options.BatchSize * ((steps * options.Bptt) + 1));
        using var peer = new LstmPeer(model, options.BatchSize, LearningRate);
        using var batches = new TokenBatch(ColumnBatches.ForTraining(corpus.Train, 0, 1, options.BatchSize, options.Bptt), torch.CPU);
        var turns = new PeerTurns(threads, WarmUpSteps, turn =>
        {
            using var scope = torch.NewDisposeScope();
            var (input, target) = batches.Fill(turn);
            peer.Step(input, target);
        });

        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch(turns.Take);
        var training = new PtbOptions
        {
            EmbSize = options.NumHid, NumHid = options.NumHid, NumLayers = options.NumLayers, BatchSize = options.BatchSize, Bptt = options.Bptt,
            Dropout = options.Dropout, InitLr = LearningRate, MaxSteps = steps, Threads = threads, LogInterval = steps, Compressor = options.Compressor,
        };
        var context = new TrainingContext(
            communicator, stopwatch, compose(options.Compressor), Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = PtbTrainer.Train(training, corpus, context);

        int words = options.BatchSize * options.Bptt;
        var seconds = summary.Seconds;
        double step = seconds.ForwardBackward + seconds.Compress + seconds.Communicate + seconds.Decompress + seconds.Update;
        new StepComparison(
            Invariant($"PTB LSTM {options.NumHid}/{options.NumHid}, {options.NumLayers} {Plural.Of(options.NumLayers, "layer")}, batch {options.BatchSize}, bptt {options.Bptt}, dropout {options.Dropout}, {summary.Parameters:N0} {Plural.Of(summary.Parameters, "parameter")}"),
            "words", words, StepArithmetic.Of(model, words), [.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], turns.Times, MachinePeak.Measure(threads))
            .Write(
                options.Json,
                Invariant($"  our split with {summary.Compressor}: forward/backward {seconds.ForwardBackward / step:P1}, compress {seconds.Compress / step:P1}, communicate {seconds.Communicate / step:P1}, decompress {seconds.Decompress / step:P1}, update {seconds.Update / step:P1}"),
                output);
    }
}
