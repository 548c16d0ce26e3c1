using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Pipeline;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Sends every entry.</summary>
[Algorithm("dense", AlgorithmRole.Sparsifier, "every entry")]
public sealed class DenseSparsifier : ISparsifier
{
    /// <inheritdoc/>
    public bool IsUnbiased => true;

    /// <inheritdoc/>
    public bool KeepsAll => true;

    /// <inheritdoc/>
    public Selection Select(in GradientView gradient) => new([], gradient.Compensated);
}
