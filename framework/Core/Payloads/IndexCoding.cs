using System.Buffers;
using System.Numerics;

namespace Compression.Core.Payloads;

/// <summary>
/// Writes ascending indices below a dimension in the shortest of three codes: Rice-coded gaps, a bitmap, or fixed width.
/// Nothing but the count is written where all or no entries are chosen.
/// </summary>
public static class IndexCoding
{
    private enum Code : byte
    {
        Rice,
        Bitmap,
        FixedWidth,
    }

    /// <summary>Appends count, code and indices, and books the index entropy.</summary>
    /// <param name="indices">Strictly ascending, each at least 0 and below <paramref name="dimension"/>.</param>
    /// <param name="dimension">Number of elements that were chosen from.</param>
    /// <param name="writer">The payload.</param>
    /// <param name="nominalBits">What the method's paper counts for an index.</param>
    public static void Write(ReadOnlySpan<int> indices, int dimension, PayloadWriter writer, double nominalBits = 32)
    {
        int count = indices.Length;
        writer.WriteCount(count);
        writer.Book(nominalBits * count, floorBits: EntropyFloor.Indices(dimension, count));
        if (count == 0 || count == dimension)
        {
            return;
        }

        byte[] parameters = ArrayPool<byte>.Shared.Rent(RiceGaps.CountBlocks(count));
        long rice = RiceGaps.Plan(indices, parameters), bitmap = dimension, fixedWidth = (long)count * WidthOf(dimension);
        if (rice <= bitmap && rice <= fixedWidth)
        {
            writer.WriteByte((byte)Code.Rice);
            RiceGaps.Write(indices, parameters, writer.Append(BytesOf(rice) + RiceGaps.Slack));
            writer.Trim(RiceGaps.Slack);
        }
        else if (bitmap <= fixedWidth)
        {
            writer.WriteByte((byte)Code.Bitmap);
            WriteBitmap(indices, writer.Append(BytesOf(bitmap)));
        }
        else
        {
            writer.WriteByte((byte)Code.FixedWidth);
            var bits = new BitWriter(writer.Append(BytesOf(fixedWidth)));
            foreach (int index in indices)
            {
                bits.Write((uint)index, WidthOf(dimension));
            }

            bits.Flush();
        }

        ArrayPool<byte>.Shared.Return(parameters);
    }

    /// <summary>Reads the count; the caller then hands room for as many indices to <see cref="Read"/>.</summary>
    public static int ReadCount(ref PayloadReader reader, int dimension) => reader.ReadCount(dimension);

    /// <summary>Reads the indices.</summary>
    /// <param name="reader">Behind the count.</param>
    /// <param name="dimension">Number of elements that were chosen from.</param>
    /// <param name="indices">Room for exactly the count; ascending and in range afterwards.</param>
    /// <exception cref="PayloadException">Not what <see cref="Write"/> writes.</exception>
    public static void Read(ref PayloadReader reader, int dimension, Span<int> indices)
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

        switch ((Code)reader.ReadByte())
        {
            case Code.Rice:
                RiceGaps.Read(ref reader, dimension, indices);
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
