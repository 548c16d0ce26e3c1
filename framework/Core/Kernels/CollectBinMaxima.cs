using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// AdaComp's choice (Chen et al. 2018, Algorithm 2): a buffer G falls into bins; in each, entries whose magnitude after adding the step
/// once more, |G + dW|, reaches the bin's largest |G| are collected. Bins that are zero give nothing. Magnitudes compare as
/// <see cref="MagnitudeBits"/>.
/// </summary>
public static unsafe class CollectBinMaxima
{
    /// <param name="team">Threads.</param>
    /// <param name="values">G.</param>
    /// <param name="step">dW, as many elements.</param>
    /// <param name="binLength">Elements of a bin; the last may be short.</param>
    /// <param name="found">Takes positions and values of G.</param>
    /// <returns>The mean over all bins of the largest |G|; 0 for an empty buffer.</returns>
    public static double Invoke(KernelTeam team, ReadOnlySpan<float> values, ReadOnlySpan<float> step, int binLength, Candidates found)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(step.Length, values.Length);
        int partLength = Math.Max(1, Partition.Length / binLength) * binLength;
        int parts = (int)(((long)values.Length + partLength - 1) / partLength);
        found.Prepare(values.Length, parts);
        double sum = 0;
        double[] sums = System.Buffers.ArrayPool<double>.Shared.Rent(Math.Max(1, parts));
        fixed (float* g = values, d = step, foundValues = found.ValueRoom)
        fixed (int* positions = found.PositionRoom, counts = found.CountRoom)
        fixed (double* maxima = sums)
        {
            var job = new Job(g, d, values.Length, partLength, binLength, positions, foundValues, counts, maxima);
            team.Run(ref job, parts);
        }

        foreach (double part in sums.AsSpan(0, parts))
        {
            sum += part;
        }

        System.Buffers.ArrayPool<double>.Shared.Return(sums);
        found.Join(parts, partLength);
        int bins = (int)(((long)values.Length + binLength - 1) / binLength);
        return bins == 0 ? 0 : sum / bins;
    }

    private readonly struct Job(
        float* values, float* step, int length, int partLength, int binLength, int* positions, float* found, int* counts, double* maxima) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * partLength, end = Math.Min(length, start + partLength), taken = start;
            double sum = 0;
            for (int bin = start; bin < end; bin += binLength)
            {
                int binEnd = Math.Min(end, bin + binLength);
                uint largest = Largest(bin, binEnd);
                if (largest > 0)
                {
                    sum += BitConverter.UInt32BitsToSingle(largest);
                    taken = Collect(bin, binEnd, largest, taken);
                }
            }

            maxima[part] = sum;
            counts[part] = taken - start;
        }

        private uint Largest(int start, int end)
        {
            uint largest = 0;
            int i = start;
            if (end - start >= 16)
            {
                var mask = Vector512.Create(MagnitudeBits.Mask);
                var lanes = Vector512<uint>.Zero;
                for (; i <= end - 16; i += 16)
                {
                    lanes = Vector512.Max(lanes, Vector512.Load(values + i).AsUInt32() & mask);
                }

                var half = Vector256.Max(lanes.GetLower(), lanes.GetUpper());
                var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
                largest = Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
            }

            for (; i < end; i++)
            {
                largest = Math.Max(largest, MagnitudeBits.Of(values[i]));
            }

            return largest;
        }

        private int Collect(int start, int end, uint threshold, int taken)
        {
            int i = start;
            var mask = Vector512.Create(MagnitudeBits.Mask);
            var limit = Vector512.Create(threshold);
            for (; i <= end - 16; i += 16)
            {
                var lanes = Vector512.Load(values + i);
                var chosen = Vector512.GreaterThanOrEqual((lanes + Vector512.Load(step + i)).AsUInt32() & mask, limit);
                if (chosen != Vector512<uint>.Zero)
                {
                    taken += VectorCompaction.Append(chosen, Vector512<int>.Indices + Vector512.Create(i), lanes, positions + taken, found + taken);
                }
            }

            for (; i < end; i++)
            {
                if (MagnitudeBits.Of(values[i] + step[i]) >= threshold)
                {
                    positions[taken] = i;
                    found[taken++] = values[i];
                }
            }

            return taken;
        }
    }
}
