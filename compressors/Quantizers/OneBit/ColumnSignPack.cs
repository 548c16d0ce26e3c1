using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.OneBit;

/// <summary>
/// Writes the signs of a matrix at 1 bit each, as <see cref="SignPack"/> does, and in the same pass sums every column's values of either sign:
/// those below 0, and all others (zero and −0 among them).
/// </summary>
/// <remarks>
/// Sums are in double precision and independent of the threads. Values are taken 16 at a time whatever the number of columns: column c's
/// sum stands at c, and again behind the last column for vectors that run over a row's end.
/// </remarks>
public static unsafe class ColumnSignPack
{
    private const int Lanes = 16;

    // Few columns are summed as a multiple of them, at least so many, so that no addition waits for the one before.
    private const int LeastSums = 128;

    // Sums of different parts lie at least 128 bytes apart, so that threads do not write to each other's cache lines.
    private const int Apart = 32;

    // A part's sums then take a tenth of its own memory, where the columns are many.
    private const int LeastRowsOfPart = 64;

    /// <param name="team">Threads.</param>
    /// <param name="values">The matrix, row-major; column = position modulo <paramref name="columns"/>.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="bits">⌈n/8⌉ bytes, lowest bit first, 1 for values below 0; the last byte is filled up with zeros.</param>
    /// <param name="others">Out, for each column: the sum of the values that are not below 0, NaN if one is NaN.</param>
    /// <param name="negatives">Out, for each column: the sum of the values below 0.</param>
    /// <param name="negativeCounts">Out, for each column: how many are below 0.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<float> values, int columns, Span<byte> bits,
        Span<double> others, Span<double> negatives, Span<int> negativeCounts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, (values.Length + 7) / 8);
        int wide = columns >= LeastSums ? columns : (LeastSums + columns - 1) / columns * columns;
        int stride = checked((wide + Lanes + (2 * Apart) - 1) / Apart * Apart);
        int partLength = PartLengthOf(values.Length, wide);
        int parts = Math.Max(1, (int)(((long)values.Length + partLength - 1) / partLength));
        double[] sums = ArrayPool<double>.Shared.Rent(checked(2 * parts * stride));
        int[] counts = ArrayPool<int>.Shared.Rent(parts * stride);
        fixed (float* from = values)
        fixed (byte* to = bits)
        fixed (double* partSums = sums)
        fixed (int* partCounts = counts)
        {
            var job = new Job(from, values.Length, partLength, wide, stride, to, partSums, partCounts);
            team.Run(ref job, parts);
        }

        for (int part = 1; part < parts; part++)
        {
            TensorPrimitives.Add(sums.AsSpan(0, wide), sums.AsSpan(2 * part * stride, wide), sums.AsSpan(0, wide));
            TensorPrimitives.Add(sums.AsSpan(stride, wide), sums.AsSpan(((2 * part) + 1) * stride, wide), sums.AsSpan(stride, wide));
            TensorPrimitives.Add(counts.AsSpan(0, wide), counts.AsSpan(part * stride, wide), counts.AsSpan(0, wide));
        }

        Fold(sums.AsSpan(0, wide), others[..columns]);
        Fold(sums.AsSpan(stride, wide), negatives[..columns]);
        Fold(counts.AsSpan(0, wide), negativeCounts[..columns]);
        ArrayPool<double>.Shared.Return(sums);
        ArrayPool<int>.Shared.Return(counts);
    }

    private static int PartLengthOf(int length, int columns)
    {
        long rows = Math.Max((long)LeastRowsOfPart * columns, Partition.Length);
        long whole = (rows + Lanes - 1) / Lanes * Lanes;
        return (int)Math.Min(whole, Math.Max(Lanes, ((long)length + Lanes - 1) / Lanes * Lanes));
    }

    private static void Fold<T>(ReadOnlySpan<T> wide, Span<T> result)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        wide[..result.Length].CopyTo(result);
        for (int i = result.Length; i < wide.Length; i++)
        {
            result[i % result.Length] += wide[i];
        }
    }

    private readonly struct Job(
        float* values, int length, int partLength, int columns, int stride, byte* bits, double* sums, int* counts) : IKernelJob
    {
        public void Execute(int part)
        {
            long start = (long)part * partLength, end = Math.Min(length, start + partLength);
            double* others = sums + (2L * part * stride);
            double* negatives = others + stride;
            int* negativeCounts = counts + ((long)part * stride);
            new Span<double>(others, 2 * stride).Clear();
            new Span<int>(negativeCounts, stride).Clear();

            int column = (int)(start % columns), step = Lanes % columns;
            long i = start;
            for (; i <= end - Lanes; i += Lanes)
            {
                var vector = Vector512.Load(values + i);
                var isNegative = Vector512.LessThan(vector, Vector512<float>.Zero);
                BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(bits + (i / 8), 2), (ushort)isNegative.ExtractMostSignificantBits());
                Accumulate(Vector512.AndNot(vector, isNegative), others + column);
                Accumulate(vector & isNegative, negatives + column);
                (Vector512.Load(negativeCounts + column) - isNegative.AsInt32()).Store(negativeCounts + column);
                column += step;
                column -= column >= columns ? columns : 0;
            }

            for (; i < end; i++)
            {
                if (i % 8 == 0)
                {
                    bits[i / 8] = 0;
                }

                bool isNegative = values[i] < 0;
                (isNegative ? negatives : others)[column] += values[i];
                if (isNegative)
                {
                    bits[i / 8] |= (byte)(1 << (int)(i % 8));
                    negativeCounts[column]++;
                }

                column = column + 1 == columns ? 0 : column + 1;
            }

            for (int beyond = columns; beyond < columns + Lanes - 1; beyond++)
            {
                others[beyond % columns] += others[beyond];
                negatives[beyond % columns] += negatives[beyond];
                negativeCounts[beyond % columns] += negativeCounts[beyond];
            }
        }

        private static void Accumulate(Vector512<float> vector, double* to)
        {
            var (low, high) = Vector512.Widen(vector);
            (Vector512.Load(to) + low).Store(to);
            (Vector512.Load(to + 8) + high).Store(to + 8);
        }
    }
}
