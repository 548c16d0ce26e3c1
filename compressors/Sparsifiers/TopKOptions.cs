using Compression.Core.Catalog;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Options of <see cref="TopKSparsifier"/>.</summary>
public sealed record TopKOptions
{
    /// <summary>ρ, the share of entries that is sent.</summary>
    [Option("ratio", "share of entries that is sent", Flag = "compress_ratio", Min = 0, MinExclusive = true, Max = 1)]
    public double Ratio { get; init; } = 0.01;
}
