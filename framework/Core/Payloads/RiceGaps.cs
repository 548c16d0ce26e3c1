using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary>
/// Ascending indices as gaps in Rice's code (Rice 1979): a gap g is g ≫ r zeros, a one, and the lowest r bits of g. Every block of
/// 256 gaps has its own r, written before it in 5 bits, so that dense and empty regions of a slot each get their fitting length.
/// For evenly spread entries the code is within 1 % of the index entropy.
/// </summary>
internal static class RiceGaps
{
    /// <summary>Gaps that share a parameter.</summary>
    public const int BlockLength = 256;

    private const int ParameterBits = 5;

    // Codes that are made together.
    private const int Group = 64;

    /// <summary>Chooses the parameter of every block.</summary>
    /// <param name="indices">Strictly ascending.</param>
    /// <param name="previous">The index before the first one; −1 if there is none.</param>
    /// <param name="parameters">Room for <see cref="CountBlocks"/> of them.</param>
    /// <returns>Exact length of the code in bits.</returns>
    public static long Plan(ReadOnlySpan<int> indices, int previous, Span<byte> parameters)
    {
        Span<uint> room = stackalloc uint[BlockLength];
        long total = 0;
        for (int start = 0, block = 0; start < indices.Length; start += BlockLength, block++)
        {
            var part = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
            var gaps = Gaps(part, previous, room);
            (int parameter, long bits) = BestParameter(gaps, (double)(part[^1] - previous - part.Length) / part.Length);
            parameters[block] = (byte)parameter;
            total += ParameterBits + bits;
            previous = part[^1];
        }

        return total;
    }

    /// <summary>Number of blocks of so many indices.</summary>
    public static int CountBlocks(int count) => (count + BlockLength - 1) / BlockLength;

    /// <summary>Writes the code.</summary>
    /// <param name="indices">As given to <see cref="Plan"/>.</param>
    /// <param name="previous">Likewise.</param>
    /// <param name="parameters">As it chose them.</param>
    /// <param name="room">The bytes that the bits fill.</param>
    public static unsafe void Write(ReadOnlySpan<int> indices, int previous, ReadOnlySpan<byte> parameters, Span<byte> room)
    {
        Span<uint> gapRoom = stackalloc uint[BlockLength];
        fixed (byte* bytes = room)
        {
            var bits = new BitAppender(bytes, bytes + room.Length);
            for (int start = 0, block = 0; start < indices.Length; start += BlockLength, block++)
            {
                var part = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
                bits.Append(parameters[block], ParameterBits);
                WriteBlock(Gaps(part, previous, gapRoom), parameters[block], ref bits);
                previous = part[^1];
            }

            bits.EndByte();
        }
    }

    [SkipLocalsInit]
    private static unsafe void WriteBlock(scoped ReadOnlySpan<uint> gaps, int parameter, ref BitAppender bits)
    {
        uint* codes = stackalloc uint[Group];
        uint* lengths = stackalloc uint[Group];
        ulong* scratch = stackalloc ulong[Group / 2];
        uint remainder = (1u << parameter) - 1;
        int done = 0;
        for (; done <= gaps.Length - Group && bits.HasRoomFor(Group) && TryMakeCodes(gaps[done..], parameter, codes, lengths); done += Group)
        {
            bits.Append(codes, lengths, Group, scratch);
        }

        foreach (uint gap in gaps[done..])
        {
            int zeros = (int)(gap >> parameter);
            for (; zeros > 16; zeros -= 16)
            {
                bits.Append(0, 16);
            }

            bits.Append((1UL | ((ulong)(gap & remainder) << 1)) << zeros, zeros + 1 + parameter);
        }
    }

    // False if a code has more than 32 bits.
    private static unsafe bool TryMakeCodes(ReadOnlySpan<uint> gaps, int parameter, uint* codes, uint* lengths)
    {
        var longest = Vector512<uint>.Zero;
        for (int i = 0; i < Group; i += Vector512<uint>.Count)
        {
            var gap = Vector512.Create(gaps[i..]);
            var zeros = gap >> parameter;
            var code = ((gap & Vector512.Create((1u << parameter) - 1)) << 1) | Vector512<uint>.One;
            var length = zeros + Vector512.Create((uint)(parameter + 1));
            VectorShift.Left(code, zeros).Store(codes + i);
            length.Store(lengths + i);
            longest = Vector512.Max(longest, length);
        }

        return Vector512.LessThanOrEqualAll(longest, Vector512.Create(32u));
    }

    /// <summary>Reads as many indices as there is room for.</summary>
    /// <param name="bytes">The code, and perhaps what follows it.</param>
    /// <param name="dimension">What all indices are below.</param>
    /// <param name="previous">The index before the first one; −1 if there is none.</param>
    /// <param name="indices">Strictly ascending afterwards.</param>
    /// <returns>Bytes of the code.</returns>
    /// <exception cref="PayloadException">Not what <see cref="Write"/> writes.</exception>
    public static int Read(ReadOnlySpan<byte> bytes, int dimension, long previous, Span<int> indices)
    {
        var bits = new BitReader(bytes);
        for (int start = 0; start < indices.Length; start += BlockLength)
        {
            var block = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
            int parameter = (int)bits.Read(ParameterBits);
            int limit = dimension >> Math.Min(parameter, 30);
            for (int i = 0; i < block.Length; i++)
            {
                long index = previous + 1 + bits.ReadRice(parameter, limit);
                if (index >= dimension)
                {
                    throw new PayloadException($"Index {index} lies outside the slot of {dimension} elements.");
                }

                block[i] = (int)index;
                previous = index;
            }
        }

        bits.ExpectWithin();
        return bits.BytesUsed;
    }

    private static ReadOnlySpan<uint> Gaps(ReadOnlySpan<int> block, int previous, Span<uint> room)
    {
        room[0] = (uint)(block[0] - previous - 1);
        int i = 1;
        for (; i <= block.Length - Vector512<int>.Count; i += Vector512<int>.Count)
        {
            var gaps = Vector512.Create(block[i..]) - Vector512.Create(block[(i - 1)..]) - Vector512<int>.One;
            gaps.AsUInt32().CopyTo(room[i..]);
        }

        for (; i < block.Length; i++)
        {
            room[i] = (uint)(block[i] - block[i - 1] - 1);
        }

        return room[..block.Length];
    }

    private static (int Parameter, long Bits) BestParameter(ReadOnlySpan<uint> gaps, double mean)
    {
        // The best r for a geometric gap of mean m lies at log2(m ln 2); its neighbours are tried for all others.
        int guess = mean < 1 ? 0 : BitOperations.Log2((uint)(mean * Math.Log(2)) | 1);
        (int Parameter, long Bits) best = (0, long.MaxValue);
        for (int parameter = Math.Max(0, guess - 1); parameter <= guess + 1; parameter++)
        {
            long bits = ((long)gaps.Length * (parameter + 1)) + SumOfQuotients(gaps, parameter);
            if (bits < best.Bits)
            {
                best = (parameter, bits);
            }
        }

        return best;
    }

    // The gaps of a slot add up to less than 2³¹.
    private static uint SumOfQuotients(ReadOnlySpan<uint> gaps, int parameter)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector512<uint>>(gaps);
        var sums = Vector512<uint>.Zero;
        foreach (var vector in vectors)
        {
            sums += vector >>> parameter;
        }

        uint sum = Vector512.Sum(sums);
        foreach (uint gap in gaps[(vectors.Length * Vector512<uint>.Count)..])
        {
            sum += gap >> parameter;
        }

        return sum;
    }
}
