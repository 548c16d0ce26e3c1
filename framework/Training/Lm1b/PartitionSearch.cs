using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Lm1b;

/// <summary>
/// Finds the number of partitions with which a step is fastest, after Parallax (Kim and others, EuroSys 2019): a few numbers are tried, and the step time is
/// fitted by <c>t(P) = b/P + a·(P−1) + c</c>, work that is divided among partitions and a cost of each.
/// </summary>
public static class PartitionSearch
{
    /// <summary>A curve has three parameters: three numbers at least are tried.</summary>
    private const int FewestPoints = 3;

    /// <summary>Tries numbers and fits the curve.</summary>
    /// <param name="measure">Mean seconds of a step with so many partitions; finite and above 0.</param>
    /// <param name="start">
    /// Is tried first. It is doubled while steps become faster, then halved from the start while they become faster; so the fastest number has slower ones on both sides,
    /// or stands at an end of the range.
    /// </param>
    /// <param name="most">Largest number that may be tried, at least <paramref name="start"/>.</param>
    public static PartitionSearchResult Run(Func<int, double> measure, int start, int most = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, start);
        var times = new SortedDictionary<int, double>();
        double Try(int partitions)
        {
            double seconds = measure(partitions);
            return times[partitions] = double.IsFinite(seconds) && seconds > 0 ? seconds : throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"A step of {seconds} seconds at {partitions} {Plural.Of(partitions, "partition")}."), nameof(measure));
        }

        double first = Try(start), fastest = first;
        for (long next = 2L * start; next <= most; next *= 2)
        {
            double seconds = Try((int)next);
            if (seconds >= fastest)
            {
                break;
            }

            fastest = seconds;
        }

        fastest = first;
        for (int next = start / 2; next >= 1; next /= 2)
        {
            double seconds = Try(next);
            if (seconds >= fastest)
            {
                break;
            }

            fastest = seconds;
        }

        while (times.Count < FewestPoints && Another(times, most) is { } more)
        {
            Try(more);
        }

        return PartitionSearchResult.Of([.. times.Select(pair => new PartitionTime(pair.Key, pair.Value))], most);
    }

    // Twice the largest, half of the smallest, or what lies between: null where all of the range has been tried.
    private static int? Another(SortedDictionary<int, double> times, int most)
    {
        int smallest = times.Keys.First(), largest = times.Keys.Last();
        return largest * 2L <= most ? largest * 2
            : smallest > 1 ? smallest / 2
            : Enumerable.Range(1, most).Where(number => !times.ContainsKey(number)).Select(number => (int?)number).FirstOrDefault();
    }
}

/// <summary>A number of partitions that was tried.</summary>
/// <param name="Partitions">P.</param>
/// <param name="Seconds">Mean time of a step.</param>
public readonly record struct PartitionTime(int Partitions, double Seconds);
