namespace Compression.Training.Lm1b.Servers;

/// <summary>How many gradients of others were taken between a worker's pull and its push.</summary>
internal sealed class Staleness
{
    private const int Most = 1023;

    private readonly double[] _counts = new double[Most + 1];

    /// <summary>Counts a push.</summary>
    public void Add(long behind) => _counts[Math.Clamp(behind, 0, Most)]++;

    /// <summary>Counts by staleness; those beyond the last count there.</summary>
    public Span<double> Counts => _counts;

    /// <summary>For the summary: staleness by its count, without zeros.</summary>
    public IReadOnlyDictionary<string, long> Histogram => Enumerable.Range(0, _counts.Length).Where(behind => _counts[behind] > 0)
        .ToDictionary(behind => FormattableString.Invariant($"{behind}"), behind => (long)_counts[behind], StringComparer.Ordinal);
}
