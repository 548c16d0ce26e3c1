using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Pipeline;

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
    public IEnumerable<ReadOnlyMemory<float>> HeldBack => [];

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
    }
}
