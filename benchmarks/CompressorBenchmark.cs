using System.Diagnostics;
using Compression.Core.Composition;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Torch.Loading;
using Compression.Training.Data;
using static TorchSharp.torch;

namespace Compression.Benchmarks;

/// <summary>
/// Compress and decompress of each method on one gradient, against a plain read of the same buffer and against the same method written
/// with libtorch's operators, by turns in one process.
/// </summary>
public static class CompressorBenchmark
{
    // Measurements of ours in a row: a peer's come between, which take a hundred times as long and leave the caches cold.
    private const int InARow = 3;

    /// <summary>Measures and prints.</summary>
    /// <param name="options">Size and threads.</param>
    /// <param name="compose">Composes a plan from a compressor's name.</param>
    /// <param name="corpus">Loads the text whose gradient <c>--gradient ptb</c> asks for.</param>
    /// <param name="output">Takes the table or the JSON.</param>
    /// <exception cref="UserErrorException">No method is meant by <c>--only</c>.</exception>
    public static void Run(
        CompressorBenchmarkOptions options, Func<string, CompressionPlan> compose, Func<Corpus> corpus, TextWriter output)
    {
        var methods = CompressorMethods.All.Where(method => method.Composition.Contains(options.Only, StringComparison.Ordinal)).ToArray();
        if (methods.Length == 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--only {options.Only}: no method contains that; there are {string.Join(", ", CompressorMethods.All.Select(method => method.Composition))}.");
        }

        TorchLibrary.Load();
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        double memory = MemoryReadPeak.GigabytesPerSecond(threads);
        using var team = new ThreadTeam(threads);
        var bucket = options.Gradient == GradientSource.Ptb ? PtbGradient.Compute(corpus(), team) : Gaussian(options.Elements);
        var input = new CompressorInput(bucket);
        var rows = methods.Select(method => Measure(method, compose(method.Composition), method.On(input), team, options)).ToList();
        var report = new CompressorReport(
            bucket.Layout.Length, bucket.Layout.Slots.Length, threads, memory, Median.Of(rows.Select(row => row.PlainReadMs)), rows);
        report.Write(options.Json, output);
    }

    private static CompressorTimes Measure(CompressorMethod method, CompressionPlan plan, CompressorInput input, ThreadTeam team, CompressorBenchmarkOptions options)
    {
        int elements = input.Bucket.Layout.Length;
        var ours = new CompressorRun(plan, input, team);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var peer = new OperatorTimes(method.Peer(tensor(input.Bucket.All.ToArray()), input), elements, team.Threads);
        Action[] actions = [() => SumOfSquares.Invoke(team, input.Bucket.All), ours.Compress, ours.Decompress];
        Array.ForEach(actions, action => WarmUp(action, options.WarmUp));
        List<double>[] times = [[], [], []];
        for (int left = options.Repeats; left > 0; left -= InARow)
        {
            peer.Round();
            for (int i = 0; i < actions.Length; i++)
            {
                actions[i]();
                times[i].AddRange(Enumerable.Range(0, Math.Min(left, InARow)).Select(_ => Milliseconds(actions[i])));
            }
        }

        var (peerThreads, peerCompress, peerDecompress) = peer.Best();
        return new CompressorTimes
        {
            Method = method.Composition,
            PlainReadMs = Median.Of(times[0]),
            CompressMs = Median.Of(times[1]),
            DecompressMs = Median.Of(times[2]),
            PeerCompressMs = peerCompress,
            PeerDecompressMs = peerDecompress,
            PeerThreads = peerThreads,
            PayloadBits = 8.0 * ours.Payload.Length / elements,
            FloorBits = ours.Payload.FloorBits / elements,
        };
    }

    private static void WarmUp(Action action, TimeSpan time)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            action();
        }
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static GradientBucket Gaussian(int count) => new(BucketLayout.Create([("gradient", [count])]), GaussianGradient.Create(count));
}
