using System.Numerics;

namespace Compression.Core.Payloads;

/// <summary>
/// Ascending indices as gaps in Rice's code (Rice 1979): a gap g is g ≫ r zeros, a one, and the lowest r bits of g. Every block of
/// 256 gaps has its own r, written before it in 5 bits, so that dense and empty regions of a slot each get their fitting length.
/// For evenly spread entries the code is within 1 % of the index entropy.
/// </summary>
internal static class RiceGaps
{
    private const int BlockLength = 256;
    private const int ParameterBits = 5;

    /// <summary>Exact length of the code in bits.</summary>
    public static long CountBits(ReadOnlySpan<int> indices)
    {
        long bits = 0;
        for (int start = 0, previous = -1; start < indices.Length; start += BlockLength)
        {
            var block = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
            bits += ParameterBits + BestParameter(block, previous).Bits;
            previous = block[^1];
        }

        return bits;
    }

    /// <summary>Writes the code into exactly <see cref="CountBits"/> bits, rounded up to bytes.</summary>
    public static void Write(ReadOnlySpan<int> indices, Span<byte> room)
    {
        var bits = new BitWriter(room);
        int previous = -1;
        for (int start = 0; start < indices.Length; start += BlockLength)
        {
            var block = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
            int parameter = BestParameter(block, previous).Parameter;
            bits.Write((uint)parameter, ParameterBits);
            foreach (int index in block)
            {
                uint gap = (uint)(index - previous - 1);
                bits.WriteUnary((int)(gap >> parameter));
                bits.Write(gap & ((1u << parameter) - 1), parameter);
                previous = index;
            }
        }

        bits.Flush();
    }

    /// <summary>Reads as many indices as there is room for.</summary>
    public static void Read(ref PayloadReader reader, int dimension, Span<int> indices)
    {
        var bits = new BitReader(reader.PeekRest());
        long previous = -1;
        for (int start = 0; start < indices.Length; start += BlockLength)
        {
            var block = indices.Slice(start, Math.Min(BlockLength, indices.Length - start));
            int parameter = (int)bits.Read(ParameterBits);
            for (int i = 0; i < block.Length; i++)
            {
                long quotient = bits.ReadUnary(dimension >> Math.Min(parameter, 30));
                long index = previous + 1 + ((quotient << parameter) | bits.Read(parameter));
                if (index >= dimension)
                {
                    throw new PayloadException($"Index {index} lies outside the slot of {dimension} elements.");
                }

                block[i] = (int)index;
                previous = index;
            }
        }

        bits.ExpectWithin();
        reader.ReadBytes(bits.BytesUsed);
    }

    private static (int Parameter, long Bits) BestParameter(ReadOnlySpan<int> block, int previous)
    {
        // The best r for a geometric gap of mean m lies at log2(m ln 2); its neighbours are tried for all others.
        double mean = (double)(block[^1] - previous - block.Length) / block.Length;
        int guess = mean < 1 ? 0 : BitOperations.Log2((uint)(mean * Math.Log(2)) | 1);
        (int Parameter, long Bits) best = (0, long.MaxValue);
        for (int parameter = Math.Max(0, guess - 1); parameter <= guess + 1; parameter++)
        {
            long bits = (long)block.Length * (parameter + 1);
            int last = previous;
            foreach (int index in block)
            {
                bits += (index - last - 1) >> parameter;
                last = index;
            }

            if (bits < best.Bits)
            {
                best = (parameter, bits);
            }
        }

        return best;
    }
}
