using System.Globalization;
using Compression.Benchmarks.Peers;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;
using static System.FormattableString;

namespace Compression.Benchmarks;

/// <summary>
/// Words per second of the LM-1B model's training step, ours and that of the same model of libtorch's layers, step by step in turns, with
/// our time split and the arithmetic that a step needs. Both hold their tables all the time.
/// </summary>
public static class Lm1bBenchmark
{
    private const int WarmUpSteps = 2;
    private const int PublishedVocabulary = 793_470;
    private const int SmallVocabulary = 100_000;

    /// <summary>Measures and prints a table, or JSON.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a plan from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(Lm1bBenchmarkOptions options, Func<string, CompressionPlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount, steps = WarmUpSteps + options.Steps;
        var hyper = new Lm1bHyperparameters
        {
            VocabSize = VocabularyOf(options), BatchSize = options.BatchSize, NumSteps = options.NumSteps, EmbSize = options.EmbSize,
            StateSize = options.StateSize, ProjectedSize = options.ProjectedSize, NumSampled = options.NumSampled,
        };
        using var text = new GeneratedText(hyper, steps);
        var training = new Lm1bOptions { Hpconfig = text.Hpconfig, MaxSteps = steps, Threads = threads, LogInterval = steps };
        using var peer = new Lm1bPeer(hyper);
        using var batches = new PeerBatches(text.Corpus.BatchesOf(0, 1, hyper, training.Seed), hyper);
        var turns = new PeerTurns(threads, WarmUpSteps, turn => peer.Step(batches.Of(turn)));

        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch(turns.Take);
        var plan = compose("none");
        var context = new TrainingContext(communicator, stopwatch, plan, Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = Lm1bTrainer.Train(training, text.Corpus, plan, context, found: static _ => { });

        string published = hyper.VocabSize == SmallVocabulary
            ? Invariant($"; the published vocabulary is {PublishedVocabulary:N0} {Plural.Of(PublishedVocabulary, "word")}: --vocab_size {PublishedVocabulary} takes {Gigabytes(hyper with { VocabSize = PublishedVocabulary }):F1} GB")
            : "";
        var seconds = summary.Seconds;
        double step = seconds.ForwardBackward + seconds.Compress + seconds.Communicate + seconds.Decompress + seconds.Update;
        new StepComparison(
            Invariant($"LM-1B LSTM {hyper.StateSize}-{hyper.ProjectedSize}, word vectors of {hyper.EmbSize}, {hyper.NumSampled:N0} of {hyper.VocabSize:N0} {Plural.Of(hyper.VocabSize, "word")} sampled, batch {hyper.BatchSize}, {hyper.NumSteps} time {Plural.Of(hyper.NumSteps, "step")}, {summary.Parameters:N0} {Plural.Of(summary.Parameters, "parameter")}; generated text{published}"),
            "words", hyper.BatchSize * hyper.NumSteps, StepArithmetic.Of(hyper), [.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], turns.Times,
            MachinePeak.Measure(threads))
            .Write(
                options.Json,
                Invariant($"  our split: batch, lookup, forward/backward {seconds.ForwardBackward / step:P1}, writing gradients {seconds.Compress / step:P1}, sending {seconds.Communicate / step:P1}, adding them up {seconds.Decompress / step:P1}, update {seconds.Update / step:P1}"),
                output);
    }

    private static int VocabularyOf(Lm1bBenchmarkOptions options)
    {
        if (options.VocabSize > 0)
        {
            return options.VocabSize;
        }

        var published = new Lm1bHyperparameters { VocabSize = PublishedVocabulary, EmbSize = options.EmbSize, ProjectedSize = options.ProjectedSize };
        const double ShareForTables = 0.6;
        return 1e9 * Gigabytes(published) < ShareForTables * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes ? PublishedVocabulary : SmallVocabulary;
    }

    // Two tables in each of the two programs, with their sums of squares.
    private static double Gigabytes(Lm1bHyperparameters hyper) =>
        4e-9 * sizeof(float) * hyper.VocabSize * (hyper.EmbSize + hyper.ProjectedSize + 1.0);

    /// <summary>The text as the peer reads it: all steps of a turn the same batch, each with candidates of its own, as ours draws them within a step.</summary>
    private sealed class PeerBatches(SentenceBatches text, Lm1bHyperparameters hyper) : IDisposable
    {
        private readonly SentenceBatch _words = new(hyper.NumSteps, hyper.BatchSize);
        private readonly SampledBatch _batch = new(hyper);
        private int _turn = -1;
        private ulong _draws;

        public SampledBatch Of(int turn)
        {
            if (turn != _turn)
            {
                text.Next(_words);
                _turn = turn;
            }

            _batch.Fill(_words, _draws++);
            return _batch;
        }

        public void Dispose()
        {
            text.Dispose();
            _batch.Dispose();
        }
    }

    /// <summary>Random text of enough words for some steps, in a folder that goes with it.</summary>
    private sealed class GeneratedText : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("bench-lm1b-").FullName;

        public GeneratedText(Lm1bHyperparameters hyper, int steps)
        {
            Hpconfig = string.Create(
                CultureInfo.InvariantCulture,
                $"vocab_size={hyper.VocabSize},batch_size={hyper.BatchSize},num_steps={hyper.NumSteps},emb_size={hyper.EmbSize},state_size={hyper.StateSize},projected_size={hyper.ProjectedSize},num_sampled={hyper.NumSampled}");
            new GeneratedCorpus
            {
                VocabularySize = hyper.VocabSize, Sentences = 1, Tokens = (long)hyper.BatchSize * hyper.NumSteps * (steps + 1), Shards = 1, Seed = 1,
            }.WriteTo(_folder);
            Corpus = Lm1bCorpus.Open(_folder, hyper.VocabSize);
        }

        public string Hpconfig { get; }

        public Lm1bCorpus Corpus { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
