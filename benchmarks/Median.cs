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

    /// <summary>Median milliseconds of an action, after one run that is not counted.</summary>
    public static double Milliseconds(int repeats, Action action)
    {
        action();
        return Of(Enumerable.Range(0, repeats).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }).ToArray());
    }
}
