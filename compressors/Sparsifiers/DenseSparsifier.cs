using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Sends every entry.</summary>
[Algorithm("dense", AlgorithmRole.Sparsifier, "every entry")]
public sealed class DenseSparsifier : ISparsifier
{
    public bool IsUnbiased => true;

    public bool KeepsAll => true;

    public Selection Select(in GradientView gradient) => new([], gradient.Compensated);
}
