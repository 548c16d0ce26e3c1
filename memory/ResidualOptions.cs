using Compression.Core.Catalog;

namespace Compression.Memory;

/// <summary>Options of <see cref="ResidualMemory"/>.</summary>
public sealed record ResidualOptions
{
    /// <summary>β, the factor of what was held back.</summary>
    [Option("beta", "factor of what was held back", Min = 0, Max = 1)]
    public double Beta { get; init; } = 1;

    /// <summary>γ, the factor of this step's gradient.</summary>
    [Option("gamma", "factor of this step's gradient", Min = 0, MinExclusive = true, Max = 1)]
    public double Gamma { get; init; } = 1;
}
