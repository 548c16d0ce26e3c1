using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Writes the signs of values at 1 bit each (1 for negative; 0 for positive, zero and −0) and sums their magnitudes in the same pass.
/// </summary>
public static unsafe class SignPack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="bits">⌈n/8⌉ bytes, lowest bit first; the last byte is filled up with zeros.</param>
    /// <returns>Σ|values[i]|, in double precision, independent of the threads.</returns>
    public static double Invoke(ThreadTeam team, ReadOnlySpan<float> values, Span<byte> bits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, (values.Length + 7) / 8);
        int parts = Partition.Count(values.Length);
        double[] sums = ArrayPool<double>.Shared.Rent(Math.Max(1, parts));
        fixed (float* from = values)
        fixed (byte* to = bits)
        fixed (double* partSums = sums)
        {
            var job = new Job(from, values.Length, to, partSums);
            team.Run(ref job, parts);
        }

        double sum = 0;
        foreach (double part in sums.AsSpan(0, parts))
        {
            sum += part;
        }

        ArrayPool<double>.Shared.Return(sums);
        return sum;
    }

    private readonly struct Job(float* values, int length, byte* bits, double* sums) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
            int i = start;
            for (; i <= end - 16; i += 16)
            {
                var vector = Vector512.Load(values + i);
                var (first, second) = Vector512.Widen(Vector512.Abs(vector));
                low += first;
                high += second;
                ulong negative = Vector512.LessThan(vector, Vector512<float>.Zero).ExtractMostSignificantBits();
                BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(bits + (i / 8), 2), (ushort)negative);
            }

            double sum = Vector512.Sum(low + high);
            for (; i < end; i++)
            {
                if (i % 8 == 0)
                {
                    bits[i / 8] = 0;
                }

                sum += Math.Abs((double)values[i]);
                bits[i / 8] |= (byte)(values[i] < 0 ? 1 << (i % 8) : 0);
            }

            sums[part] = sum;
        }
    }
}
