using System.Buffers;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Σ values[i], Σ values[i]² and max |values[i]| in one pass, independent of the threads.</summary>
public static unsafe class Moments
{
    private const uint MagnitudeMask = 0x7FFFFFFF;

    /// <param name="team">Threads.</param>
    /// <param name="values">Any length.</param>
    /// <returns>
    /// The sums in double precision, which no finite values overflow, and the largest magnitude: 0 without values, NaN if there is one, else
    /// infinite if there is an infinity.
    /// </returns>
    public static (double Sum, double SumOfSquares, float Largest) Invoke(ThreadTeam team, ReadOnlySpan<float> values)
    {
        int parts = Partition.Count(values.Length);
        double[] sums = ArrayPool<double>.Shared.Rent(Math.Max(1, 2 * parts));
        uint largest = 0;
        fixed (float* from = values)
        fixed (double* partSums = sums)
        {
            var job = new Job(from, values.Length, partSums, &largest);
            team.Run(ref job, parts);
        }

        double sum = 0, squares = 0;
        for (int part = 0; part < parts; part++)
        {
            sum += sums[2 * part];
            squares += sums[(2 * part) + 1];
        }

        ArrayPool<double>.Shared.Return(sums);
        return (sum, squares, BitConverter.UInt32BitsToSingle(largest));
    }

    private readonly struct Job(float* values, int length, double* sums, uint* largest) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var (sumLow, sumHigh) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var (squaresLow, squaresHigh) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var mask = Vector512.Create(MagnitudeMask);

            // Magnitudes are compared as integers: NaN lies above infinity there and is never lost.
            var top = Vector512<uint>.Zero;
            int i = start;
            for (; i <= end - 16; i += 16)
            {
                var vector = Vector512.Load(values + i);
                top = Vector512.Max(top, vector.AsUInt32() & mask);
                var (low, high) = Vector512.Widen(vector);
                sumLow += low;
                sumHigh += high;
                squaresLow += low * low;
                squaresHigh += high * high;
            }

            double sum = Vector512.Sum(sumLow + sumHigh), squares = Vector512.Sum(squaresLow + squaresHigh);
            uint highest = 0;
            for (int lane = 0; lane < Vector512<uint>.Count; lane++)
            {
                highest = Math.Max(highest, top[lane]);
            }

            for (; i < end; i++)
            {
                double value = values[i];
                sum += value;
                squares += value * value;
                highest = Math.Max(highest, BitConverter.SingleToUInt32Bits(values[i]) & MagnitudeMask);
            }

            sums[2 * part] = sum;
            sums[(2 * part) + 1] = squares;
            SharedMaximum.Raise(largest, highest);
        }
    }
}
