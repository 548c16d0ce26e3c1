using System.Diagnostics;

namespace Compression.Benchmarks;

/// <summary>Medians of repeated measurements: on a machine that others share, a mean tells of the others.</summary>
internal static class Median
{
    /// <summary>The median.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // Runs that are not counted, until the compiler has replaced its first, unoptimized code.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(500);

    /// <summary>Median milliseconds of an action, after a warm-up.</summary>
    public static double Milliseconds(int repeats, Action action)
    {
        WarmUp(action);
        return Of(Enumerable.Range(0, repeats).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).ToArray());
    }

    /// <summary>Repeats an action until the compiler has done its best for it.</summary>
    public static void WarmUp(Action action)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_warmUp;)
        {
            action();
        }
    }
}
