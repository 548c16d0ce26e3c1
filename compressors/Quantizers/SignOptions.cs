using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Quantizers;

/// <summary>Which magnitude goes with the signs.</summary>
public enum SignMagnitude
{
    /// <summary>The mean of the magnitudes that are sent.</summary>
    Mean,

    /// <summary>The one that the sparsifier's own paper gives; the mean where it gives none.</summary>
    Sparsifier,
}

/// <summary>Options of <see cref="SignQuantizer"/>.</summary>
public sealed record SignOptions : ITraitOptions
{
    /// <summary>The magnitude of all.</summary>
    [Option("magnitude", "what goes with the signs: the mean magnitude, or what the sparsifier's paper prescribes")]
    public SignMagnitude Magnitude { get; init; } = SignMagnitude.Mean;

    public AlgorithmTraits Traits => Magnitude == SignMagnitude.Sparsifier ? AlgorithmTraits.NeedsMagnitude : AlgorithmTraits.None;
}
