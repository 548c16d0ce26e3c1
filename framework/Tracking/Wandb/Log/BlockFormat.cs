using System.Buffers.Binary;
using System.IO.Hashing;

namespace Compression.Tracking.Wandb.Log;

/// <summary>
/// LevelDB's log format as Weights &amp; Biases uses it: 32 KiB blocks of fragments, each with a header of CRC-32 (IEEE, over type and
/// payload), length and type. The file's own header lies inside the first block.
/// </summary>
internal static class BlockFormat
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 32768;

    /// <summary>Bytes before a fragment's payload. Where fewer are left in a block, zeros fill it.</summary>
    public const int HeaderSize = 7;

    /// <summary>The first bytes of the file: a mark, 0xBEE1 little-endian, version 0.</summary>
    public static ReadOnlySpan<byte> FileHeader => [(byte)':', (byte)'W', (byte)'&', (byte)'B', 0xe1, 0xbe, 0];

    /// <summary>CRC-32 (IEEE 802.3), of a fragment's type and payload.</summary>
    public static uint Checksum(Fragment type, ReadOnlySpan<byte> payload)
    {
        Crc32 crc = new();
        crc.Append([(byte)type]);
        crc.Append(payload);
        return crc.GetCurrentHashAsUInt32();
    }

    /// <summary>Writes a fragment's header.</summary>
    public static void WriteHeader(Span<byte> target, Fragment type, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Checksum(type, payload));
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], (ushort)payload.Length);
        target[6] = (byte)type;
    }
}
