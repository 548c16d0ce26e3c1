namespace Compression.Compressors.Quantizers.Uniform;

/// <summary>Levels 0 to 2^b − 1, evenly spread over the range of a value's bucket.</summary>
/// <param name="Bits">b, 1 to 8.</param>
/// <param name="Bucket">Values that share a range: a power of two, 64 to 32768, so that no bucket lies in two parts.</param>
/// <param name="IsSymmetric">The range is −max|v| to max|v|, one float32 a bucket; else min v to max v, two.</param>
/// <param name="IsStochastic">Rounding is unbiased; else to the nearest, ties to even.</param>
public sealed record RangeGrid(int Bits, int Bucket, bool IsSymmetric, bool IsStochastic)
{
    /// <summary>Bytes of a bucket's range.</summary>
    public int RangeBytes { get; } = IsSymmetric ? sizeof(float) : 2 * sizeof(float);

    /// <summary>The highest level.</summary>
    public int Highest { get; } = (1 << Bits) - 1;

    /// <summary>Number of buckets.</summary>
    /// <param name="count">Number of values.</param>
    public int BucketCount(int count) => (int)(((long)count + Bucket - 1) / Bucket);
}
