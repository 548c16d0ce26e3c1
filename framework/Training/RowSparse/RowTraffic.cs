namespace Compression.Training.RowSparse;

/// <summary>Bytes that one worker sent for rows, by kind; the meter counts them too.</summary>
public sealed class RowTraffic
{
    private readonly SortedDictionary<string, long> _bytes = new(StringComparer.Ordinal);

    /// <summary>The kinds so far with their bytes.</summary>
    public IReadOnlyDictionary<string, long> Bytes => _bytes;

    /// <summary>Adds bytes to a kind.</summary>
    public void Add(string kind, long bytes) => _bytes[kind] = _bytes.GetValueOrDefault(kind) + bytes;
}
