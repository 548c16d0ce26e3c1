using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Options of sparsifiers that aim at a share of the entries.</summary>
public abstract record RatioOptions : IRatioOptions
{
    /// <summary>ρ, the share of entries that is sent.</summary>
    [Option("ratio", "share of entries that is sent", Flag = "compress_ratio", Min = 0, MinExclusive = true, Max = 1)]
    public double Ratio { get; init; } = 0.01;

    /// <summary>k = max(1, ⌊ρd⌋), the entries to send of d ≥ 1.</summary>
    internal int CountIn(StepContext step, long length) => (int)Math.Max(1, step.RatioOf(Ratio) * length);
}
