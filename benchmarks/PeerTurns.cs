using System.Diagnostics;
using static TorchSharp.torch;

namespace Compression.Benchmarks;

/// <summary>Steps of a peer with one number of threads.</summary>
/// <param name="Threads">Of libtorch.</param>
/// <param name="Milliseconds">Of each step that counts.</param>
internal sealed record PeerTimes(int Threads, List<double> Milliseconds);

/// <summary>
/// The peer's part of a comparison in turns: a step with each number of threads that it is given, timed. Libtorch's threads are then as
/// many as before.
/// </summary>
/// <param name="threads">n: the peer is given 1, 2, 4, … and n.</param>
/// <param name="warmUp">First turns, which do not count.</param>
/// <param name="step">A whole training step, given the number of the turn, from 0.</param>
internal sealed class PeerTurns(int threads, int warmUp, Action<int> step)
{
    private int _turn;

    /// <summary>What was measured, by number of threads.</summary>
    public IReadOnlyList<PeerTimes> Times { get; } = [.. Settings(threads).Select(count => new PeerTimes(count, []))];

    /// <summary>Takes a turn.</summary>
    public void Take()
    {
        int ours = get_num_threads();
        foreach (var setting in Times)
        {
            set_num_threads(setting.Threads);
            long start = Stopwatch.GetTimestamp();
            step(_turn);
            if (_turn >= warmUp)
            {
                setting.Milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        set_num_threads(ours);
        _turn++;
    }

    private static IEnumerable<int> Settings(int threads)
    {
        for (int count = 1; count < threads; count *= 2)
        {
            yield return count;
        }

        yield return threads;
    }
}
