using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Compression.Core.Payloads;

/// <summary>CRC-32C (Castagnoli), by the processor's instruction.</summary>
public static class Checksum
{
    /// <summary>The CRC-32C of bytes, as iSCSI and TensorBoard files define it.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte value in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>The CRC-32C of a text in UTF-8.</summary>
    public static uint Crc32C(string text) => Crc32C(Encoding.UTF8.GetBytes(text));
}
