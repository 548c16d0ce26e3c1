using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Natural;

/// <summary>
/// Rounds magnitudes at random to one of the two neighbouring powers of two, without bias (natural compression; Horváth et al. 2019,
/// Definition 1), and writes the exponents at 8 bits and the signs at 1 bit each.
/// </summary>
/// <remarks>
/// A float's mantissa, as a share of 2²³, is the probability of rounding up: 23 random bits are added to the bits of the magnitude, and
/// the carry into the exponent is the draw. The expectation is exact, for subnormals too, whose neighbours are 0 and 2⁻¹²⁶; zero stays zero.
/// The greatest power is 2¹²⁷: larger magnitudes become 2¹²⁷, the one place where there is bias.
/// </remarks>
public static unsafe class NaturalPack
{
    private const int Group = 64;

    // Values whose random words are made together; a part is a whole number of chunks.
    private const int Chunk = 512;

    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="random">Word i decides value i.</param>
    /// <param name="exponents">A byte a value: 0 for zero, else the exponent plus 127, 1 to 254.</param>
    /// <param name="signs">⌈n/8⌉ bytes, as <see cref="SignPack"/> writes them.</param>
    /// <returns>max |values[i]|: 0 without values, NaN if there is one, else infinite if there is an infinity; the bytes then mean nothing.</returns>
    public static float Invoke(ThreadTeam team, ReadOnlySpan<float> values, Threefry random, Span<byte> exponents, Span<byte> signs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(exponents.Length, values.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(signs.Length, (values.Length + 7) / 8);
        uint largest = 0;
        fixed (float* from = values)
        fixed (byte* exponentBytes = exponents, signBytes = signs)
        {
            var job = new Job(from, values.Length, random, exponentBytes, signBytes, &largest);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return BitConverter.UInt32BitsToSingle(largest);
    }

    private readonly struct Job(float* values, int length, Threefry random, byte* exponents, byte* signs, uint* largest) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            uint* words = stackalloc uint[Chunk];
            var top = Vector512<uint>.Zero;
            int i = start;
            for (; i <= end - Group; i += Group)
            {
                if (i % Chunk == 0)
                {
                    random.Fill(i / Threefry.BlockLength, Chunk / Threefry.BlockLength, words);
                }

                ulong negative = Round(values + i, words + (i % Chunk), exponents + i, ref top);
                BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(signs + (i / 8), 8), negative);
            }

            if (i < end)
            {
                float* rest = stackalloc float[Group];
                byte* rounded = stackalloc byte[Group];
                byte* bits = stackalloc byte[8];
                new Span<float>(rest, Group).Clear();
                new ReadOnlySpan<float>(values + i, end - i).CopyTo(new Span<float>(rest, Group));
                random.Fill(i / Threefry.BlockLength, Group / Threefry.BlockLength, words);
                ulong negative = Round(rest, words, rounded, ref top);
                BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(bits, 8), negative);
                new ReadOnlySpan<byte>(rounded, end - i).CopyTo(new Span<byte>(exponents + i, end - i));
                new ReadOnlySpan<byte>(bits, (end - i + 7) / 8).CopyTo(new Span<byte>(signs + (i / 8), 8));
            }

            uint highest = 0;
            for (int lane = 0; lane < Vector512<uint>.Count; lane++)
            {
                highest = Math.Max(highest, top[lane]);
            }

            SharedMaximum.Raise(largest, highest);
        }

        private static ulong Round(float* from, uint* words, byte* to, ref Vector512<uint> top)
        {
            ulong signs0 = Round(from, Vector512.Load(words), ref top, out var exponents0);
            ulong signs1 = Round(from + 16, Vector512.Load(words + 16), ref top, out var exponents1);
            ulong signs2 = Round(from + 32, Vector512.Load(words + 32), ref top, out var exponents2);
            ulong signs3 = Round(from + 48, Vector512.Load(words + 48), ref top, out var exponents3);
            Vector512.Narrow(Vector512.Narrow(exponents0, exponents1), Vector512.Narrow(exponents2, exponents3)).Store(to);
            return signs0 | (signs1 << 16) | (signs2 << 32) | (signs3 << 48);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Round(float* from, Vector512<uint> words, ref Vector512<uint> top, out Vector512<uint> exponents)
        {
            var vector = Vector512.Load(from);
            var magnitude = vector.AsUInt32() & Vector512.Create(0x7FFFFFFFu);
            top = Vector512.Max(top, magnitude);
            exponents = Vector512.Min((magnitude + (words >> 9)) >> 23, Vector512.Create(254u));
            return Vector512.LessThan(vector, Vector512<float>.Zero).ExtractMostSignificantBits();
        }
    }
}
