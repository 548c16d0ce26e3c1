namespace Compression.Core.Kernels;

/// <summary>How kernels cut a buffer: into parts of fixed length, whatever the number of threads, so that sums come out the same.</summary>
public static class Partition
{
    /// <summary>Elements of a part, but for the last: 128 KiB of floats, half of a core's second-level cache at least.</summary>
    public const int Length = 32 * 1024;

    /// <summary>Number of parts of a buffer.</summary>
    public static int Count(int elements) => (int)(((long)elements + Length - 1) / Length);

    /// <summary>First element of a part.</summary>
    public static int Start(int part) => part * Length;

    /// <summary>Elements of a part.</summary>
    public static int LengthOf(int part, int elements) => Math.Min(Length, elements - Start(part));
}
