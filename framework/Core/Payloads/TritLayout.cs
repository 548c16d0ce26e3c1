namespace Compression.Core.Payloads;

/// <summary>
/// How trits (digits 0, 1, 2) lie in bytes, 5 in each: 1.6 bits a trit, where log₂ 3 = 1.585 is the least. A block of 320 trits gives 64
/// bytes, byte j = Σᵢ 3ⁱ·t[j + 64i], so that each of its 5 planes is one run of vectors. In a last block of r &lt; 320 trits the planes are
/// w = ⌈r/5⌉ long: byte j = Σᵢ 3ⁱ·t[j + w·i] over the trits that exist.
/// </summary>
public static class TritLayout
{
    /// <summary>Trits of a block.</summary>
    public const int BlockLength = Planes * BlockBytes;

    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 64;

    /// <summary>Trits of a byte.</summary>
    public const int Planes = 5;

    /// <summary>The largest byte: five digits 2.</summary>
    public const byte LargestByte = 242;

    // Kernels cut here: whole blocks, about as long as a part of Partition.
    internal const int PartLength = 100 * BlockLength;

    internal const int PartBytes = 100 * BlockBytes;

    /// <summary>Bytes of that many trits.</summary>
    public static int ByteCount(int trits) => (trits / BlockLength * BlockBytes) + ((trits % BlockLength) + Planes - 1) / Planes;

    internal static int PartCount(int trits) => (int)(((long)trits + PartLength - 1) / PartLength);
}
