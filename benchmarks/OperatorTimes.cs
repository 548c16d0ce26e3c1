using System.Diagnostics;
using Compression.Benchmarks.Peers;
using static TorchSharp.torch;

namespace Compression.Benchmarks;

/// <summary>
/// Milliseconds of a peer's compress and of its decompress, the addition to the sum of all workers included, for each of several numbers
/// of libtorch's threads: not every operator gains by threads.
/// </summary>
internal sealed class OperatorTimes
{
    private readonly PeerOperator _peer;
    private readonly Tensor _sum;
    private readonly (int Threads, List<double> Compress, List<double> Decompress)[] _settings;

    /// <param name="peer">What is timed.</param>
    /// <param name="elements">Of the gradient.</param>
    /// <param name="threads">The most threads.</param>
    public OperatorTimes(PeerOperator peer, long elements, int threads)
    {
        _peer = peer;
        _sum = zeros(elements);
        _settings = [.. new[] { 1, threads }.Distinct().Select(count => (count, new List<double>(), new List<double>()))];
        Round(isCounted: false);
    }

    /// <summary>Times both ways once with each number of threads.</summary>
    public void Round() => Round(isCounted: true);

    /// <summary>The medians of the faster setting.</summary>
    public (int Threads, double CompressMs, double DecompressMs) Best() => _settings
        .Select(setting => (setting.Threads, Median.Of(setting.Compress), Median.Of(setting.Decompress)))
        .MinBy(times => times.Item2 + times.Item3);

    private void Round(bool isCounted)
    {
        foreach (var (threads, compress, decompress) in _settings)
        {
            set_num_threads(threads);
            using var scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            var payload = _peer.Compress();
            double compressed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            _sum.add_(_peer.Decompress(payload));
            double decompressed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (isCounted)
            {
                compress.Add(compressed);
                decompress.Add(decompressed);
            }
        }
    }
}
