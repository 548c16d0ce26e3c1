using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Quantizers;

/// <summary>Options of <see cref="TernGradQuantizer"/>.</summary>
public sealed record TernGradOptions : ITraitOptions
{
    /// <summary>c: values are clipped at c standard deviations before the draw; 0 clips nothing.</summary>
    [Option("clip", "clip at this many standard deviations before the draw: 2.5 in the paper, for images, 17 to 68 for recurrent models; 0 clips nothing", Flag = "clip_const", Min = 0, Max = 1e38)]
    public double Clip { get; init; } = 2.5;

    /// <summary>The expectation of what is sent is the clipped value; a clip biases the tails.</summary>
    public AlgorithmTraits Traits => Clip == 0 ? AlgorithmTraits.Unbiased : AlgorithmTraits.None;
}
