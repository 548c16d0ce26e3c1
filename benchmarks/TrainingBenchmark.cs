using System.Globalization;
using Compression.Core.Communication;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Training.Sessions;
using Compression.Training.Ptb;

namespace Compression.Benchmarks;

/// <summary>
/// Words per second of the PTB LSTM's training step, ours and the same step written in PyTorch, turn by turn in one run, with our
/// time split and the arithmetic that a step needs.
/// </summary>
public static class TrainingBenchmark
{
    private const int Vocabulary = 10_000;
    private const int WarmUpSteps = 3;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a pipeline from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(TrainingBenchmarkOptions options, Func<string, PipelinePlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        string? python = PyTorchPeer.FindInterpreter();
        var peers = new Dictionary<int, List<double>>();
        var ours = new List<double>();
        RunSummary summary = null!;
        for (int round = 0; round < 2; round++)
        {
            (var milliseconds, summary) = TimeOurs(options, threads, compose(options.Compressor));
            ours.AddRange(milliseconds);
            foreach (int peerThreads in python is null ? [] : new[] { threads, 1 }.Distinct())
            {
                var measured = PyTorchPeer.Measure(
                    python!, "train_step.py", peerThreads, options.Steps, options.NumHid, options.NumLayers, options.BatchSize, options.Bptt, Vocabulary, options.Dropout);
                if (measured is { } line)
                {
                    peers.TryAdd(peerThreads, []);
                    peers[peerThreads].AddRange(line.GetProperty("milliseconds").EnumerateArray().Select(value => value.GetDouble()));
                }
            }
        }

        int words = options.BatchSize * options.Bptt;
        double our = words * 1000 / Median.Of(ours);
        double flops = 6.0 * words * ((8.0 * options.NumLayers * options.NumHid * options.NumHid) + ((double)Vocabulary * options.NumHid));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PTB LSTM {options.NumHid}/{options.NumHid}, {options.NumLayers} layers, batch {options.BatchSize}, bptt {options.Bptt}, dropout {options.Dropout}, {summary.Parameters:N0} parameters"));
        output.WriteLine(Row("ours", threads, Median.Of(ours), our, null));
        foreach (var (peerThreads, milliseconds) in peers)
        {
            output.WriteLine(Row("PyTorch", peerThreads, Median.Of(milliseconds), words * 1000 / Median.Of(milliseconds), our));
        }

        if (peers.Count == 0)
        {
            output.WriteLine($"  {PyTorchPeer.Missing}");
        }
        else
        {
            double best = peers.Values.Max(milliseconds => words * 1000 / Median.Of(milliseconds));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio to PyTorch's best: {our / best:F2}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  a step's matrix products: {flops / 1e9:F1} GFLOP; ours run at {flops / Median.Of(ours) / 1e6:F0} GFLOP/s over the whole step"));
        var seconds = summary.Seconds;
        double training = seconds.ForwardBackward + seconds.Compress + seconds.Communicate + seconds.Decompress + seconds.Update;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  our split with {summary.Compressor}: forward/backward {seconds.ForwardBackward / training:P1}, compress {seconds.Compress / training:P1}, communicate {seconds.Communicate / training:P1}, decompress {seconds.Decompress / training:P1}, update {seconds.Update / training:P1}"));
    }

    private static string Row(string name, int threads, double milliseconds, double wordsPerSecond, double? ours) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-8} {threads} thread{(threads == 1 ? " " : "s")}  {milliseconds,8:F1} ms a step  {wordsPerSecond,8:N0} words/s{(ours is null ? "" : $"  ours is {ours / wordsPerSecond:F2} times as fast")}");

    private static (List<double> Milliseconds, RunSummary Summary) TimeOurs(TrainingBenchmarkOptions options, int threads, PipelinePlan plan)
    {
        int steps = WarmUpSteps + options.Steps;
        var training = new PtbOptions
        {
            EmbSize = options.NumHid, NumHid = options.NumHid, NumLayers = options.NumLayers, BatchSize = options.BatchSize, Bptt = options.Bptt,
            Dropout = options.Dropout, InitLr = 1, MaxSteps = steps, Threads = threads, LogInterval = steps, Compressor = options.Compressor,
        };
        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch();
        var context = new TrainingContext(communicator, stopwatch, plan, Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var summary = PtbTrainer.Train(training, RandomCorpus.Create(Vocabulary, options.BatchSize * ((steps * options.Bptt) + 1)), context);
        return ([.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], summary);
    }
}
