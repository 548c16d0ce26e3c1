using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Values of q = 1 to 8 bits, one byte each, at q bits each. A block of 64 values becomes q planes of 64 bits, the lowest bits first:
/// bit i of plane j is bit j of value i. The last block of r &lt; 64 values has planes of ⌈r/8⌉ bytes, filled up with zeros.
/// </summary>
public static unsafe class BitPlanes
{
    /// <summary>Values of a block; a part of <see cref="Partition"/> is a whole number of blocks.</summary>
    public const int BlockLength = 64;

    /// <summary>Bytes that the planes take.</summary>
    /// <param name="count">Number of values.</param>
    /// <param name="bits">Bits of each, 1 to 8.</param>
    public static int ByteCount(int count, int bits) => checked((int)((((long)count / BlockLength * 8) + ((count % BlockLength) + 7) / 8) * bits));

    /// <summary>Packs.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">Each below 2^<paramref name="bits"/>; higher bits are not looked at.</param>
    /// <param name="bits">Bits of each, 1 to 8.</param>
    /// <param name="planes"><see cref="ByteCount"/> bytes.</param>
    public static void Pack(ThreadTeam team, ReadOnlySpan<byte> values, int bits, Span<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, ByteCount(values.Length, bits));
        fixed (byte* from = values, to = planes)
        {
            var job = new PackJob(from, values.Length, bits, to);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    /// <summary>Unpacks.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="planes"><see cref="ByteCount"/> bytes.</param>
    /// <param name="bits">Bits of each value, 1 to 8.</param>
    /// <param name="values">The values.</param>
    public static void Unpack(ThreadTeam team, ReadOnlySpan<byte> planes, int bits, Span<byte> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, ByteCount(values.Length, bits));
        fixed (byte* from = planes, to = values)
        {
            var job = new UnpackJob(from, bits, to, values.Length);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    /// <summary>Where the planes of the block that begins at a position begin.</summary>
    public static byte* At(byte* planes, int position, int bits) => planes + ((long)position / 8 * bits);

    /// <summary>Writes a block's planes.</summary>
    /// <param name="block">The values; those from <paramref name="count"/> on are ignored.</param>
    /// <param name="count">1 to 64 values.</param>
    /// <param name="bits">Bits of each.</param>
    /// <param name="planes">Room for them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> block, int count, int bits, byte* planes)
    {
        // No shift of bytes is needed: in a shift of 16 bits, too, each byte's bit moves up to that byte's highest.
        var rest = block.AsUInt16() << (8 - bits);
        if (count == BlockLength)
        {
            for (int plane = bits - 1; plane >= 0; plane--)
            {
                ((ulong*)planes)[plane] = rest.AsByte().ExtractMostSignificantBits();
                rest <<= 1;
            }

            return;
        }

        StoreSome(rest, count, bits, planes);
    }

    private static void StoreSome(Vector512<ushort> rest, int count, int bits, byte* planes)
    {
        int width = (count + 7) / 8;
        ulong within = (1UL << count) - 1;
        for (int plane = bits - 1; plane >= 0; plane--)
        {
            ulong mask = rest.AsByte().ExtractMostSignificantBits() & within;
            new ReadOnlySpan<byte>(&mask, width).CopyTo(new Span<byte>(planes + (plane * width), width));
            rest <<= 1;
        }
    }

    /// <summary>Reads a block's planes.</summary>
    /// <param name="planes">What <see cref="Store"/> wrote.</param>
    /// <param name="count">1 to 64 values.</param>
    /// <param name="bits">Bits of each.</param>
    /// <returns>The values, and what stood in the last byte's rest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* planes, int count, int bits)
    {
        if (count != BlockLength)
        {
            return LoadSome(planes, count, bits);
        }

        var ones = Vector512<byte>.One;
        var selected = Vector512.Create(0x8040201008040201UL).AsByte();
        var values = Vector512<byte>.Zero;
        for (int plane = bits - 1; plane >= 0; plane--)
        {
            values += values;
            values += Vector512.Min(SpreadEightfold(((ulong*)planes)[plane]) & selected, ones);
        }

        return values;
    }

    private static Vector512<byte> LoadSome(byte* planes, int count, int bits)
    {
        byte* whole = stackalloc byte[8 * sizeof(ulong)];
        new Span<byte>(whole, 8 * sizeof(ulong)).Clear();
        int width = (count + 7) / 8;
        for (int plane = 0; plane < bits; plane++)
        {
            new ReadOnlySpan<byte>(planes + (plane * width), width).CopyTo(new Span<byte>(whole + (plane * sizeof(ulong)), width));
        }

        return Load(whole, BlockLength, bits);
    }

    // Byte i of the result is byte i/8 of the mask. Shuffles within 16 bytes are what every processor has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> SpreadEightfold(ulong mask)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Vector512.Shuffle(
                Vector512.Create(mask).AsByte(),
                Vector512.Create(
                    (byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19,
                    36, 36, 36, 36, 36, 36, 36, 36, 37, 37, 37, 37, 37, 37, 37, 37, 54, 54, 54, 54, 54, 54, 54, 54, 55, 55, 55, 55, 55, 55, 55, 55));
        }

        var bytes = Vector128.Create(mask).AsByte();
        return Vector512.Create(
            Vector256.Create(
                Vector128.Shuffle(bytes, Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)),
                Vector128.Shuffle(bytes, Vector128.Create((byte)2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3))),
            Vector256.Create(
                Vector128.Shuffle(bytes, Vector128.Create((byte)4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5)),
                Vector128.Shuffle(bytes, Vector128.Create((byte)6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7))));
    }

    private readonly struct PackJob(byte* values, int length, int bits, byte* planes) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int i = start;
            for (; i <= end - BlockLength; i += BlockLength)
            {
                Store(Vector512.Load(values + i), BlockLength, bits, At(planes, i, bits));
            }

            if (i < end)
            {
                Span<byte> last = stackalloc byte[BlockLength];
                last.Clear();
                new ReadOnlySpan<byte>(values + i, end - i).CopyTo(last);
                Store(Vector512.Create<byte>(last), end - i, bits, At(planes, i, bits));
            }
        }
    }

    private readonly struct UnpackJob(byte* planes, int bits, byte* values, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int i = start;
            for (; i <= end - BlockLength; i += BlockLength)
            {
                Load(At(planes, i, bits), BlockLength, bits).Store(values + i);
            }

            if (i < end)
            {
                var last = Load(At(planes, i, bits), end - i, bits);
                MemoryMarshal.AsBytes(new ReadOnlySpan<Vector512<byte>>(in last))[..(end - i)].CopyTo(new Span<byte>(values + i, end - i));
            }
        }
    }
}
