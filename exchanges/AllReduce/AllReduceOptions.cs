using Compression.Core.Catalog;

namespace Compression.Exchanges.AllReduce;

/// <summary>How dense gradients travel.</summary>
public enum DenseFormat
{
    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>Half precision: 11 bits of significand, up to 65504.</summary>
    Float16,

    /// <summary>The upper half of single precision: 8 bits of significand, its full range.</summary>
    Bfloat16,
}

/// <summary>Options of <see cref="AllReduceExchange"/>.</summary>
public sealed record AllReduceOptions
{
    /// <summary>The format on the wire.</summary>
    [Option("format", "how gradients travel; sums are always made in float32", Flag = "allreduce_format")]
    public DenseFormat Format { get; init; } = DenseFormat.Float32;
}
