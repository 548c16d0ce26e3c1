using System.Globalization;
using Compression.Core.Communication;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;

namespace Compression.Benchmarks;

/// <summary>
/// Words per second of the LM-1B model's training step, ours and the same step written in PyTorch, turn by turn in one run, with our time
/// split. Only one of the two programs holds its tables at a time.
/// </summary>
public static class Lm1bBenchmark
{
    private const int WarmUpSteps = 2;
    private const int PublishedVocabulary = 793_470;
    private const int SmallVocabulary = 100_000;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a pipeline from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(Lm1bBenchmarkOptions options, Func<string, PipelinePlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var hyper = new Lm1bHyperparameters
        {
            VocabSize = VocabularyOf(options), BatchSize = options.BatchSize, NumSteps = options.NumSteps, EmbSize = options.EmbSize,
            StateSize = options.StateSize, ProjectedSize = options.ProjectedSize, NumSampled = options.NumSampled,
        };
        string? python = PyTorchPeer.FindInterpreter();
        var peers = new Dictionary<int, List<double>>();
        var ours = new List<double>();
        RunSummary summary = null!;
        using var text = new GeneratedText(hyper, WarmUpSteps + options.Steps);
        for (int round = 0; round < 2; round++)
        {
            (var milliseconds, summary) = TimeOurs(text, threads, options.Steps, compose("none"));
            ours.AddRange(milliseconds);
            foreach (int peerThreads in python is null ? [] : new[] { threads, 1 }.Distinct())
            {
                var measured = PyTorchPeer.Measure(
                    python!, "lm1b_step.py", peerThreads, options.Steps, hyper.VocabSize, hyper.BatchSize, hyper.NumSteps, hyper.EmbSize,
                    hyper.StateSize, hyper.ProjectedSize, hyper.NumSampled, hyper.KeepProb);
                if (measured is { } line)
                {
                    peers.TryAdd(peerThreads, []);
                    peers[peerThreads].AddRange(line.GetProperty("milliseconds").EnumerateArray().Select(value => value.GetDouble()));
                }
            }
        }

        Report(hyper, threads, ours, peers, summary, output);
    }

    private static void Report(
        Lm1bHyperparameters hyper, int threads, List<double> ours, Dictionary<int, List<double>> peers, RunSummary summary, TextWriter output)
    {
        int words = hyper.BatchSize * hyper.NumSteps;
        double flops = 6.0 * words * ((4.0 * hyper.StateSize * (hyper.EmbSize + hyper.ProjectedSize))
            + ((double)hyper.StateSize * hyper.ProjectedSize) + ((double)hyper.NumSampled * hyper.ProjectedSize));
        Line($"LM-1B LSTM {hyper.StateSize}-{hyper.ProjectedSize}, word vectors of {hyper.EmbSize}, {hyper.NumSampled:N0} of {hyper.VocabSize:N0} words sampled, batch {hyper.BatchSize}, {hyper.NumSteps} time steps, {summary.Parameters:N0} parameters; generated text");
        if (hyper.VocabSize == SmallVocabulary)
        {
            Line($"  the published vocabulary is {PublishedVocabulary:N0} words; --vocab_size {PublishedVocabulary} takes {TableGigabytes(hyper with { VocabSize = PublishedVocabulary }):F1} GB");
        }

        Write("ours", threads, ours);
        foreach (var (peerThreads, milliseconds) in peers)
        {
            Write("PyTorch", peerThreads, milliseconds);
        }

        output.WriteLine(peers.Count == 0
            ? $"  {PyTorchPeer.Missing}"
            : string.Create(CultureInfo.InvariantCulture, $"  ratio to PyTorch's best: {peers.Values.Min(Median.Of) / Median.Of(ours):F2}"));
        Line($"  a step's matrix products: {flops / 1e9:F1} GFLOP; ours run at {flops / Median.Of(ours) / 1e6:F0} GFLOP/s over the whole step");
        var seconds = summary.Seconds;
        double step = seconds.ForwardBackward + seconds.Compress + seconds.Communicate + seconds.Decompress + seconds.Update;
        Line($"  our split: batch, lookup, forward/backward {seconds.ForwardBackward / step:P1}, writing gradients {seconds.Compress / step:P1}, sending {seconds.Communicate / step:P1}, adding them up {seconds.Decompress / step:P1}, update {seconds.Update / step:P1}");

        void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        void Write(string name, int count, List<double> milliseconds) => Line(
            $"  {name,-8} {count} thread{(count == 1 ? " " : "s")}  {Median.Of(milliseconds),8:F1} ms a step  {words * 1000.0 / Median.Of(milliseconds),8:N0} words/s");
    }

    private static int VocabularyOf(Lm1bBenchmarkOptions options)
    {
        if (options.VocabSize > 0)
        {
            return options.VocabSize;
        }

        var published = new Lm1bHyperparameters { VocabSize = PublishedVocabulary, EmbSize = options.EmbSize, ProjectedSize = options.ProjectedSize };
        const double ShareForTables = 0.6;
        return 1e9 * TableGigabytes(published) < ShareForTables * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes ? PublishedVocabulary : SmallVocabulary;
    }

    // Both tables, each with its sums of squares.
    private static double TableGigabytes(Lm1bHyperparameters hyper) =>
        2e-9 * sizeof(float) * hyper.VocabSize * (hyper.EmbSize + hyper.ProjectedSize + 1.0);

    private static (List<double> Milliseconds, RunSummary Summary) TimeOurs(GeneratedText text, int threads, int steps, PipelinePlan plan)
    {
        var training = new Lm1bOptions { Hpconfig = text.Hpconfig, MaxSteps = WarmUpSteps + steps, Threads = threads, LogInterval = WarmUpSteps + steps };
        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch();
        var context = new TrainingContext(communicator, stopwatch, plan, Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = Lm1bTrainer.Train(training, text.Corpus, plan, context, found: static _ => { });
        return ([.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], summary);
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
