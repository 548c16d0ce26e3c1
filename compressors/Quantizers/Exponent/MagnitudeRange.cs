using System.Buffers;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Exponent;

/// <summary>The least and the greatest magnitude of values, as <see cref="MagnitudeBits"/>: a NaN or an infinity shows in the greatest.</summary>
public static unsafe class MagnitudeRange
{
    /// <param name="team">Threads.</param>
    /// <param name="values">At least one.</param>
    public static (uint Least, uint Greatest) Invoke(ThreadTeam team, ReadOnlySpan<float> values)
    {
        int parts = Partition.Count(values.Length);
        uint[] ranges = ArrayPool<uint>.Shared.Rent(2 * parts);
        fixed (float* from = values)
        fixed (uint* to = ranges)
        {
            var job = new Job((uint*)from, values.Length, to);
            team.Run(ref job, parts);
        }

        var (least, greatest) = (uint.MaxValue, 0u);
        for (int part = 0; part < parts; part++)
        {
            least = Math.Min(least, ranges[2 * part]);
            greatest = Math.Max(greatest, ranges[(2 * part) + 1]);
        }

        ArrayPool<uint>.Shared.Return(ranges);
        return (least, greatest);
    }

    private readonly struct Job(uint* bits, int length, uint* ranges) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var mask = Vector512.Create(MagnitudeBits.Mask);
            var (low, high) = (Vector512<uint>.AllBitsSet, Vector512<uint>.Zero);
            int i = start;
            for (; i <= end - 16; i += 16)
            {
                var magnitudes = Vector512.Load(bits + i) & mask;
                low = Vector512.Min(low, magnitudes);
                high = Vector512.Max(high, magnitudes);
            }

            var (least, greatest) = (uint.MaxValue, 0u);
            for (int lane = 0; lane < Vector512<uint>.Count; lane++)
            {
                least = Math.Min(least, low[lane]);
                greatest = Math.Max(greatest, high[lane]);
            }

            for (; i < end; i++)
            {
                least = Math.Min(least, bits[i] & MagnitudeBits.Mask);
                greatest = Math.Max(greatest, bits[i] & MagnitudeBits.Mask);
            }

            ranges[2 * part] = least;
            ranges[(2 * part) + 1] = greatest;
        }
    }
}
