using System.Buffers;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.OneBit;

/// <summary><c>destination[i] += scale · (bit i set ? negatives : others)[i mod columns]</c>.</summary>
public static unsafe class ColumnSignUnpackAdd
{
    private const int Lanes = 16;

    /// <param name="team">Threads.</param>
    /// <param name="bits">⌈n/8⌉ bytes, lowest bit first.</param>
    /// <param name="others">A number for each column, where the bit is 0; at least one.</param>
    /// <param name="negatives">A number for each column, where the bit is 1.</param>
    /// <param name="destination">The sum, n elements, row-major.</param>
    /// <param name="scale">Factor of every number.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<byte> bits, ReadOnlySpan<float> others, ReadOnlySpan<float> negatives, Span<float> destination, float scale)
    {
        int columns = others.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(negatives.Length, columns);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, (destination.Length + 7) / 8);

        // The first columns again behind the last, for vectors that run over a row's end.
        int stride = checked(columns + Lanes);
        float[] table = ArrayPool<float>.Shared.Rent(checked(2 * stride));
        for (int i = 0; i < stride; i++)
        {
            table[i] = scale * others[i % columns];
            table[stride + i] = scale * negatives[i % columns];
        }

        fixed (byte* from = bits)
        fixed (float* to = destination, numbers = table)
        {
            var job = new Job(from, numbers, numbers + stride, columns, to, destination.Length);
            team.Run(ref job, Partition.Count(destination.Length));
        }

        ArrayPool<float>.Shared.Return(table);
    }

    private readonly struct Job(byte* bits, float* others, float* negatives, int columns, float* destination, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            int column = start % columns, step = Lanes % columns;
            int i = start;
            for (; i <= end - Lanes; i += Lanes)
            {
                uint word = (uint)(bits[i / 8] | (bits[(i / 8) + 1] << 8));
                var isNegative = Vector512.Equals(Vector512.Create(word) & lanes, lanes).AsSingle();
                var value = Vector512.ConditionalSelect(isNegative, Vector512.Load(negatives + column), Vector512.Load(others + column));
                (Vector512.Load(destination + i) + value).Store(destination + i);
                column += step;
                column -= column >= columns ? columns : 0;
            }

            for (; i < end; i++)
            {
                destination[i] += ((bits[i / 8] & (1 << (i % 8))) != 0 ? negatives : others)[column];
                column = column + 1 == columns ? 0 : column + 1;
            }
        }
    }
}
