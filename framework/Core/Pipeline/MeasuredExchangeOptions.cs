using Compression.Core.Catalog;

namespace Compression.Core.Pipeline;

/// <summary>Options of <see cref="MeasuredExchange"/>.</summary>
public sealed record MeasuredExchangeOptions
{
    /// <summary>Exchanges that compress sums again may be chosen.</summary>
    [Option("recompress", "may also choose reducescatter, which compresses the sums once more")]
    public bool Recompress { get; init; }
}
