using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;

namespace Compression.Memory;

/// <summary>Keeps nothing: for unbiased compressors.</summary>
[Algorithm("none", AlgorithmRole.Memory, "nothing is kept")]
public sealed class NoMemory : IGradientMemory
{
    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step) => bucket.All;

    public void Update(ParameterSlot slot, in SentGradient sent)
    {
    }
}
