using System.Buffers;
using System.Numerics;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary>
/// Writes ascending indices below a dimension in the shortest of three codes: Rice-coded gaps, a bitmap, or fixed width.
/// Where more than half are chosen, the others are written. Nothing but the count is written where all or no entries are chosen.
/// </summary>
public static class IndexCoding
{
    [Flags]
    private enum Code : byte
    {
        Rice = 0,
        Bitmap = 1,
        FixedWidth = 2,

        // The code names the entries that are not chosen.
        Complement = 0x80,
    }

    /// <summary>Appends count, code and indices, and books the index entropy.</summary>
    /// <param name="indices">Strictly ascending, each at least 0 and below <paramref name="dimension"/>.</param>
    /// <param name="dimension">Number of elements that were chosen from.</param>
    /// <param name="writer">The payload.</param>
    /// <param name="team">Threads, on which the bytes do not depend.</param>
    /// <param name="nominalBits">What the method's paper counts for an index.</param>
    public static void Write(ReadOnlySpan<int> indices, int dimension, PayloadWriter writer, ThreadTeam team, double nominalBits = 32)
    {
        int count = indices.Length;
        writer.WriteCount(count);
        writer.CountBits(nominalBits * count, floorBits: EntropyFloor.Indices(dimension, count));
        if (count == 0 || count == dimension)
        {
            return;
        }

        if (count > dimension / 2)
        {
            int[] left = ArrayPool<int>.Shared.Rent(dimension - count);
            Complement(indices, dimension, left.AsSpan(0, dimension - count));
            WriteShortest(left.AsSpan(0, dimension - count), dimension, isComplement: true, writer, team);
            ArrayPool<int>.Shared.Return(left);
        }
        else
        {
            WriteShortest(indices, dimension, isComplement: false, writer, team);
        }
    }

    private static void WriteShortest(ReadOnlySpan<int> indices, int dimension, bool isComplement, PayloadWriter writer, ThreadTeam team)
    {
        using var segments = new RiceSegments(team, indices);
        long rice = 8L * segments.Bytes, bitmap = dimension, fixedWidth = (long)indices.Length * WidthOf(dimension);
        Code code = rice <= bitmap && rice <= fixedWidth ? Code.Rice : bitmap <= fixedWidth ? Code.Bitmap : Code.FixedWidth;
        writer.WriteByte((byte)(code | (isComplement ? Code.Complement : 0)));
        switch (code)
        {
            case Code.Rice:
                segments.Write(writer.Append(segments.Bytes));
                break;
            case Code.Bitmap:
                WriteBitmap(indices, writer.Append(BytesOf(bitmap)));
                break;
            default:
                WriteFixedWidth(indices, dimension, writer.Append(BytesOf(fixedWidth)));
                break;
        }
    }

    /// <summary>Reads the count; the caller then hands room for as many indices to <see cref="Read"/>.</summary>
    public static int ReadCount(ref PayloadReader reader, int dimension) => reader.ReadCount(dimension);

    /// <summary>Reads the indices.</summary>
    /// <param name="reader">Behind the count.</param>
    /// <param name="dimension">Number of elements that were chosen from.</param>
    /// <param name="indices">Room for exactly the count; ascending and in range afterwards.</param>
    /// <param name="team">Threads.</param>
    /// <exception cref="PayloadException">Not what <see cref="Write"/> writes.</exception>
    public static void Read(ref PayloadReader reader, int dimension, Span<int> indices, ThreadTeam team)
    {
        if (indices.Length == dimension)
        {
            for (int i = 0; i < indices.Length; i++)
            {
                indices[i] = i;
            }

            return;
        }

        if (indices.IsEmpty)
        {
            return;
        }

        var code = (Code)reader.ReadByte();
        if (!code.HasFlag(Code.Complement))
        {
            ReadCode(ref reader, code, dimension, indices, team);
            return;
        }

        int[] left = ArrayPool<int>.Shared.Rent(dimension - indices.Length);
        try
        {
            ReadCode(ref reader, code & ~Code.Complement, dimension, left.AsSpan(0, dimension - indices.Length), team);
            Complement(left.AsSpan(0, dimension - indices.Length), dimension, indices);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(left);
        }
    }

    private static void ReadCode(ref PayloadReader reader, Code code, int dimension, Span<int> indices, ThreadTeam team)
    {
        switch (code)
        {
            case Code.Rice:
                RiceSegments.Read(team, ref reader, dimension, indices);
                break;
            case Code.Bitmap:
                ReadBitmap(reader.ReadBytes(BytesOf(dimension)), dimension, indices);
                break;
            case Code.FixedWidth:
                ReadFixedWidth(reader.ReadBytes(BytesOf((long)indices.Length * WidthOf(dimension))), dimension, indices);
                break;
            default:
                throw new PayloadException("Unknown index code.");
        }
    }

    // All positions but the given ones, both ascending.
    private static void Complement(ReadOnlySpan<int> indices, int dimension, Span<int> others)
    {
        int written = 0, next = 0;
        foreach (int index in indices)
        {
            for (; next < index; next++)
            {
                others[written++] = next;
            }

            next = index + 1;
        }

        for (; next < dimension; next++)
        {
            others[written++] = next;
        }
    }

    private static void WriteFixedWidth(ReadOnlySpan<int> indices, int dimension, Span<byte> room)
    {
        var bits = new BitWriter(room);
        foreach (int index in indices)
        {
            bits.Write((uint)index, WidthOf(dimension));
        }

        bits.Flush();
    }

    private static void WriteBitmap(ReadOnlySpan<int> indices, Span<byte> bitmap)
    {
        bitmap.Clear();
        foreach (int index in indices)
        {
            bitmap[index >> 3] |= (byte)(1 << (index & 7));
        }
    }

    private static void ReadBitmap(ReadOnlySpan<byte> bitmap, int dimension, Span<int> indices)
    {
        int found = 0;
        for (int i = 0; i < bitmap.Length; i++)
        {
            for (uint bits = bitmap[i]; bits != 0; bits &= bits - 1)
            {
                int index = (8 * i) + BitOperations.TrailingZeroCount(bits);
                if (found == indices.Length || index >= dimension)
                {
                    throw new PayloadException("The bitmap has more bits than entries.");
                }

                indices[found++] = index;
            }
        }

        if (found != indices.Length)
        {
            throw new PayloadException("The bitmap has fewer bits than entries.");
        }
    }

    private static void ReadFixedWidth(ReadOnlySpan<byte> bytes, int dimension, Span<int> indices)
    {
        var bits = new BitReader(bytes);
        long previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            long index = bits.Read(WidthOf(dimension));
            if (index <= previous || index >= dimension)
            {
                throw new PayloadException("The indices are not ascending, or lie outside the slot.");
            }

            indices[i] = (int)index;
            previous = index;
        }
    }

    private static int WidthOf(int dimension) => 32 - BitOperations.LeadingZeroCount((uint)(dimension - 1));

    private static int BytesOf(long bits) => checked((int)((bits + 7) / 8));
}
