using System.Numerics;

namespace Compression.Core.Kernels;

/// <summary>Signed levels −s to s relative to the norm of a value's bucket, a level being written as level + s.</summary>
/// <param name="Levels">s, 1 to 127.</param>
/// <param name="Bucket">Values that share a norm: a power of two, 64 to 32768, so that no bucket lies in two parts.</param>
/// <param name="UsesTwoNorm">The norm is √Σv²; else max|v|.</param>
/// <param name="IsStochastic">Rounding is unbiased; else to the nearest.</param>
public sealed record LevelGrid(int Levels, int Bucket, bool UsesTwoNorm, bool IsStochastic)
{
    /// <summary>Bits of a level: ⌈log₂(2s + 1)⌉.</summary>
    public int Bits { get; } = BitOperations.Log2((uint)(2 * Levels)) + 1;

    /// <summary>Number of buckets.</summary>
    /// <param name="count">Number of values.</param>
    public int BucketCount(int count) => (int)(((long)count + Bucket - 1) / Bucket);
}
