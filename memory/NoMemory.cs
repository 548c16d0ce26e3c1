using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;

namespace Compression.Memory;

/// <summary>Keeps nothing: for unbiased compressors.</summary>
[Algorithm("none", AlgorithmRole.Memory, "nothing is kept")]
public sealed class NoMemory : IGradientMemory
{
    /// <inheritdoc/>
    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step) => bucket.All;

    /// <inheritdoc/>
    public void Update(ParameterSlot slot, in SentGradient sent)
    {
    }

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<float>> Residuals => [];

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
    }
}
