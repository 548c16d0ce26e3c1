using System.Buffers.Binary;

namespace Compression.Tracking.Tests.TensorBoard;

/// <summary>Reads event files by the facts of their format: frames, bitwise checksums, messages. A torn last record ends the file.</summary>
internal static class EventFileReader
{
    public static IReadOnlyList<WireMessage> Read(string path) => Read(File.ReadAllBytes(path));

    public static IReadOnlyList<WireMessage> Read(ReadOnlySpan<byte> file)
    {
        var events = new List<WireMessage>();
        while (file.Length >= 12)
        {
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(Masked(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            if ((ulong)file.Length < 12 + length + 4)
            {
                break;
            }

            var data = file.Slice(12, (int)length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + (int)length)..]));
            events.Add(new WireMessage(data));
            file = file[(16 + (int)length)..];
        }

        return events;
    }

    // Bit by bit, with the reflected polynomial of Castagnoli.
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82f63b78);
            }
        }

        return ~crc;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }
}
