using Compression.Core.Catalog;

namespace Compression.Exchanges.Auto;

/// <summary>Options of <see cref="AutoExchange"/>.</summary>
public sealed record AutoOptions
{
    /// <summary>Exchanges that compress sums again may be chosen.</summary>
    [Option("recompress", "may also choose reducescatter, which compresses the sums once more")]
    public bool Recompress { get; init; }
}
