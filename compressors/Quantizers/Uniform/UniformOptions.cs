using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Quantizers.Uniform;

/// <summary>Over what the levels of <see cref="UniformQuantizer"/> are spread.</summary>
public enum UniformRange
{
    /// <summary>From the least to the greatest value of the bucket.</summary>
    Minmax,

    /// <summary>From −M to M, M being the largest magnitude of the bucket; from 2 bits on one level is zero.</summary>
    Max,
}

/// <summary>Which level of <see cref="UniformQuantizer"/> a value takes.</summary>
public enum UniformRounding
{
    /// <summary>One of its two neighbours, so that its expectation is the value.</summary>
    Stochastic,

    /// <summary>The nearest, ties to even.</summary>
    Nearest,
}

/// <summary>Options of <see cref="UniformQuantizer"/>.</summary>
public sealed record UniformOptions : ITraitOptions
{
    /// <summary>b, bits a value.</summary>
    [Option("bits", "bits a value", Flag = "uniform_bits", Min = 1, Max = 8)]
    public int Bits { get; init; } = 4;

    /// <summary>Values that share a range.</summary>
    [Option("bucket", "values that share a range", Choices = BucketLengths.Choices)]
    public string Bucket { get; init; } = BucketLengths.Default;

    /// <summary>The range.</summary>
    [Option("range", "least to greatest value of the bucket, or its largest magnitude to both sides of zero")]
    public UniformRange Range { get; init; } = UniformRange.Minmax;

    /// <summary>The rounding.</summary>
    [Option("rounding", "unbiased at random, or to the nearest level")]
    public UniformRounding Rounding { get; init; } = UniformRounding.Stochastic;

    public AlgorithmTraits Traits => Rounding == UniformRounding.Stochastic ? AlgorithmTraits.Unbiased : AlgorithmTraits.None;
}
