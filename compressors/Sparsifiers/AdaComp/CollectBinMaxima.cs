using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.AdaComp;

/// <summary>
/// AdaComp's choice (Chen et al. 2018, Algorithm 2): a buffer G falls into bins; in each, entries whose magnitude after adding the step
/// c times more, |G + c·dW|, reaches the bin's largest |G| are collected. Bins that are zero give nothing. Magnitudes compare as
/// <see cref="MagnitudeBits"/>.
/// </summary>
public static unsafe class CollectBinMaxima
{
    /// <param name="team">Threads.</param>
    /// <param name="values">G.</param>
    /// <param name="step">dW, as many elements.</param>
    /// <param name="compensation">c.</param>
    /// <param name="binLength">Elements of a bin; the last may be short.</param>
    /// <param name="found">Takes positions and values of G.</param>
    /// <returns>The mean over all bins of the largest |G|; 0 for an empty buffer.</returns>
    public static double Invoke(
        ThreadTeam team, ReadOnlySpan<float> values, ReadOnlySpan<float> step, float compensation, int binLength, Candidates found)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(step.Length, values.Length);
        int partLength = Math.Max(1, Partition.Length / binLength) * binLength;
        int parts = (int)(((long)values.Length + partLength - 1) / partLength);
        double sum = 0;
        double[] sums = System.Buffers.ArrayPool<double>.Shared.Rent(Math.Max(1, parts));
        fixed (float* g = values, d = step)
        fixed (double* maxima = sums)
        {
            found.Collect(team, values.Length, parts, new Pass(g, d, compensation, values.Length, partLength, binLength, maxima));
        }

        foreach (double part in sums.AsSpan(0, parts))
        {
            sum += part;
        }

        System.Buffers.ArrayPool<double>.Shared.Return(sums);
        int bins = (int)(((long)values.Length + binLength - 1) / binLength);
        return bins == 0 ? 0 : sum / bins;
    }

    private readonly struct Pass(float* values, float* step, float compensation, int length, int partLength, int binLength, double* maxima)
        : ICollectingPass
    {
        public void Execute(int part, CandidateRoom room)
        {
            int start = part * partLength, end = Math.Min(length, start + partLength), taken = 0;
            double sum = 0;
            for (int bin = start; bin < end; bin += binLength)
            {
                int binEnd = Math.Min(end, bin + binLength);
                uint largest = Largest(bin, binEnd);
                if (largest > 0)
                {
                    sum += BitConverter.UInt32BitsToSingle(largest);
                    taken = Collect(bin, binEnd, largest, room, taken);
                }
            }

            maxima[part] = sum;
            room.End(part, taken);
        }

        // While the bin comes from memory, so does its step.
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
                    Prefetch.Line(step + i);
                    Prefetch.Line(values + i + binLength);
                    lanes = Vector512.Max(lanes, Vector512.Load(values + i).AsUInt32() & mask);
                }

                // The last vector ends with the bin, and reads some elements again.
                lanes = Vector512.Max(lanes, Vector512.Load(values + end - 16).AsUInt32() & mask);
                var half = Vector256.Max(lanes.GetLower(), lanes.GetUpper());
                var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
                return Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
            }

            for (; i < end; i++)
            {
                largest = Math.Max(largest, MagnitudeBits.Of(values[i]));
            }

            return largest;
        }

        private int Collect(int start, int end, uint threshold, CandidateRoom room, int taken)
        {
            int i = start;
            var mask = Vector512.Create(MagnitudeBits.Mask);
            var limit = Vector512.Create(threshold);
            for (; i <= end - 16; i += 16)
            {
                var lanes = Vector512.Load(values + i);
                var chosen = Vector512.GreaterThanOrEqual((lanes + (Vector512.Load(step + i) * compensation)).AsUInt32() & mask, limit);
                taken += VectorCompaction.Append(chosen, i, lanes, room.Positions + taken, room.Values + taken);
            }

            if (i < end && end - start >= 16 && Vector512.IsHardwareAccelerated)
            {
                // The last vector ends with the bin; of its lanes only those count that were not looked at yet.
                int first = end - 16;
                var lanes = Vector512.Load(values + first);
                var chosen = Vector512.GreaterThanOrEqual((lanes + (Vector512.Load(step + first) * compensation)).AsUInt32() & mask, limit)
                    & Vector512.GreaterThanOrEqual(Vector512<uint>.Indices, Vector512.Create((uint)(i - first)));
                return taken + VectorCompaction.Append(chosen, first, lanes, room.Positions + taken, room.Values + taken);
            }

            for (; i < end; i++)
            {
                if (MagnitudeBits.Of(values[i] + (step[i] * compensation)) >= threshold)
                {
                    room.Positions[taken] = i;
                    room.Values[taken++] = values[i];
                }
            }

            return taken;
        }
    }
}
