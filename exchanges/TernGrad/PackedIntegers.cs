using System.Buffers.Binary;

namespace Compression.Exchanges.TernGrad;

/// <summary>
/// Whole numbers between −n and n, held as floats, in 4, 8 or 16 bits each: the fewest of these in which 2n + 1 values find room. The code is the
/// number plus n; two of 4 bits share a byte, the first in the lower half.
/// </summary>
public static class PackedIntegers
{
    /// <summary>Bits of a number.</summary>
    /// <param name="largest">n, at most 32767.</param>
    public static int BitsOf(int largest) => largest <= 7 ? 4 : largest <= 127 ? 8 : 16;

    /// <summary>Bytes of so many numbers.</summary>
    public static int ByteCount(int count, int largest) => (int)((((long)count * BitsOf(largest)) + 7) / 8);

    /// <summary>Writes numbers.</summary>
    /// <param name="values">Whole, from −n to n.</param>
    /// <param name="largest">n.</param>
    /// <param name="bytes"><see cref="ByteCount"/> of them.</param>
    public static void Write(ReadOnlySpan<float> values, int largest, Span<byte> bytes)
    {
        switch (BitsOf(largest))
        {
            case 4:
                for (int i = 0; i < bytes.Length; i++)
                {
                    int low = (int)values[2 * i] + largest, high = (2 * i) + 1 < values.Length ? (int)values[(2 * i) + 1] + largest : 0;
                    bytes[i] = (byte)(low | (high << 4));
                }

                break;
            case 8:
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)((int)values[i] + largest);
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], (ushort)((int)values[i] + largest));
                }

                break;
        }
    }

    /// <summary>Reads a part of what was written.</summary>
    /// <param name="bytes">All bytes.</param>
    /// <param name="first">The first number of the part.</param>
    /// <param name="largest">n.</param>
    /// <param name="scale">Factor of every number.</param>
    /// <param name="values">Out.</param>
    public static void Read(ReadOnlySpan<byte> bytes, int first, int largest, float scale, Span<float> values)
    {
        switch (BitsOf(largest))
        {
            case 4:
                for (int i = 0; i < values.Length; i++)
                {
                    int at = first + i;
                    values[i] = scale * (((bytes[at / 2] >> (4 * (at % 2))) & 15) - largest);
                }

                break;
            case 8:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = scale * (bytes[first + i] - largest);
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = scale * (BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * (first + i))..]) - largest);
                }

                break;
        }
    }
}
