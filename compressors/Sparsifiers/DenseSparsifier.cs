using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Sends every entry.</summary>
[Algorithm("dense", AlgorithmRole.Sparsifier, "every entry", Traits = AlgorithmTraits.Unbiased | AlgorithmTraits.KeepsAll)]
public sealed class DenseSparsifier : ISparsifier
{
    public Selection Select(in GradientView gradient) => new([], gradient.Compensated);
}
