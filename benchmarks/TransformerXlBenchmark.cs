using System.Globalization;
using Compression.Core.Communication;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl;

namespace Compression.Benchmarks;

/// <summary>Tokens per second of Transformer-XL's training step, ours and the same step written in PyTorch, turn by turn in one run.</summary>
public static class TransformerXlBenchmark
{
    private const int WarmUpSteps = 3;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="compose">Composes a pipeline from a compressor's name.</param>
    /// <param name="output">Takes the table.</param>
    public static void Run(TransformerXlBenchmarkOptions options, Func<string, PipelinePlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        string? python = PyTorchPeer.FindInterpreter();
        var peers = new Dictionary<int, List<double>>();
        var ours = new List<double>();
        RunSummary summary = null!;
        for (int round = 0; round < 2; round++)
        {
            (var milliseconds, summary) = TimeOurs(options, threads, compose("none"));
            ours.AddRange(milliseconds);
            foreach (int peerThreads in python is null ? [] : new[] { threads, 1 }.Distinct())
            {
                var measured = PyTorchPeer.Measure(
                    python!, "transformer_xl_step.py", peerThreads, options.Steps, options.Vocabulary, options.Cutoffs, options.NLayer, options.DModel,
                    options.NHead, options.DHead, options.DInner, options.BatchSize, options.TgtLen, options.TgtLen, options.Dropout);
                if (measured is { } line)
                {
                    peers.TryAdd(peerThreads, []);
                    peers[peerThreads].AddRange(line.GetProperty("milliseconds").EnumerateArray().Select(value => value.GetDouble()));
                }
            }
        }

        double tokens = options.BatchSize * options.TgtLen;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Transformer-XL {options.NLayer} layers of {options.DModel}, {options.NHead} heads of {options.DHead}, inner {options.DInner}, {options.Vocabulary:N0} words in clusters {options.Cutoffs}, batch {options.BatchSize}, length and memory {options.TgtLen}, dropout {options.Dropout}, {summary.Parameters:N0} parameters"));
        Write("ours", threads, ours);
        foreach (var (peerThreads, milliseconds) in peers)
        {
            Write("PyTorch", peerThreads, milliseconds);
        }

        output.WriteLine(peers.Count == 0
            ? $"  {PyTorchPeer.Missing}"
            : string.Create(CultureInfo.InvariantCulture, $"  ratio to PyTorch's best: {peers.Values.Min(Median.Of) / Median.Of(ours):F2}"));
        void Write(string name, int count, List<double> milliseconds) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-8} {count} thread{(count == 1 ? " " : "s")}  {Median.Of(milliseconds),8:F1} ms a step  {tokens * 1000 / Median.Of(milliseconds),8:N0} tokens/s"));
    }

    private static (List<double> Milliseconds, RunSummary Summary) TimeOurs(TransformerXlBenchmarkOptions options, int threads, PipelinePlan plan)
    {
        int steps = WarmUpSteps + options.Steps;
        var training = new TransformerXlOptions
        {
            NLayer = options.NLayer, DModel = options.DModel, NHead = options.NHead, DHead = options.DHead, DInner = options.DInner, Dropout = options.Dropout,
            Adaptive = true, Cutoffs = options.Cutoffs, BatchSize = options.BatchSize, TgtLen = options.TgtLen, MemLen = options.TgtLen,
            EvalTgtLen = options.TgtLen, Lr = 1e-4, MaxStep = steps, EvalInterval = steps + 1, LogInterval = steps, Threads = threads,
        };
        using var communicator = new LocalCommunicator();
        using var stopwatch = new StepStopwatch();
        var context = new TrainingContext(communicator, stopwatch, plan, Path.GetTempPath(), TimeProvider.System, CancellationToken.None);
        var corpus = RandomCorpus.CreateRanked(options.Vocabulary, options.BatchSize * ((steps * options.TgtLen) + 1));
        var summary = TransformerXlTrainer.Train(training, corpus, context);
        return ([.. stopwatch.Milliseconds.Skip(WarmUpSteps - 1)], summary);
    }
}
