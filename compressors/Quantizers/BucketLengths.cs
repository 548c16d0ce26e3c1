namespace Compression.Compressors.Quantizers;

/// <summary>
/// How many values may share a scale: powers of two from a block of bit planes to a part of a kernel's work, so that no bucket is cut.
/// </summary>
internal static class BucketLengths
{
    /// <summary>The valid lengths.</summary>
    public const string Choices = "64|128|256|512|1024|2048|4096|8192|16384|32768";

    /// <summary>QSGD's own.</summary>
    public const string Default = "512";
}
