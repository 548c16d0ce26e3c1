using System.Buffers.Binary;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>Reads .wandb files by the facts of their format, knowing nothing of the product's code. A torn end ends the file.</summary>
internal static class WandbFileReader
{
    private const int Block = 32768;

    public static IReadOnlyList<byte[]> Records(byte[] file)
    {
        Assert.Equal(":W&B"u8.ToArray(), file[..4]);
        Assert.Equal([0xe1, 0xbe, 0], file[4..7]);
        var records = new List<byte[]>();
        var parts = new List<byte>();
        bool isOpen = false;
        int position = 7;
        while (true)
        {
            int left = Block - (position % Block);
            if (left < 7)
            {
                Assert.All(file.Skip(position).Take(left), value => Assert.Equal(0, value));
                position += left;
                continue;
            }

            if (position + 7 > file.Length)
            {
                return records;
            }

            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(position));
            int length = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(position + 4));
            int type = file[position + 6];
            Assert.InRange(type, 1, 4);
            Assert.True(length + 7 <= left, "a fragment crosses the end of its block");
            if (position + 7 + length > file.Length)
            {
                return records;
            }

            Assert.Equal(Crc32(file.AsSpan(position + 6, length + 1)), checksum);
            Assert.Equal(isOpen, type is 3 or 4);
            parts.AddRange(file.AsSpan(position + 7, length));
            position += 7 + length;
            isOpen = type is 2 or 3;
            if (!isOpen)
            {
                records.Add([.. parts]);
                parts.Clear();
            }
        }
    }

    public static IReadOnlyList<WireMessage> Messages(string path) => [.. Records(File.ReadAllBytes(path)).Select(record => new WireMessage(record))];

    // Bit by bit, with the reflected polynomial of IEEE 802.3.
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return ~crc;
    }
}
