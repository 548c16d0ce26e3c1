using System.Numerics;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Collects the positions of all entries whose magnitude bits are at least a threshold, ascending. Magnitudes are compared as
/// unsigned integers (sign bit cleared), which orders floats as |x| does, with NaN above infinity: a NaN is never lost.
/// </summary>
public static unsafe class CollectAbove
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The entries.</param>
    /// <param name="threshold">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="found">Room for <c>values.Length</c> positions; only what is needed is touched.</param>
    /// <param name="counts">Room for a number each part.</param>
    /// <returns>Number of positions, at the front of <paramref name="found"/>.</returns>
    public static int Invoke(KernelTeam team, ReadOnlySpan<float> values, uint threshold, Span<int> found, Span<int> counts)
    {
        int parts = Partition.Count(values.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(found.Length, values.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Length, parts);
        fixed (float* pointer = values)
        fixed (int* positions = found, perPart = counts)
        {
            var job = new Job(pointer, values.Length, threshold, positions, perPart);
            team.Run(ref job, parts);
        }

        // Each part left its positions at its own start: close the gaps.
        int total = parts == 0 ? 0 : counts[0];
        for (int part = 1; part < parts; part++)
        {
            found.Slice(Partition.Start(part), counts[part]).CopyTo(found[total..]);
            total += counts[part];
        }

        return total;
    }

    private readonly struct Job(float* values, int length, uint threshold, int* found, int* counts) : IKernelJob
    {
        private const uint MagnitudeMask = 0x7FFFFFFF;

        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int* next = found + start;
            uint* bits = (uint*)values;
            int i = start;
            var mask = Vector512.Create(MagnitudeMask);
            var limit = Vector512.Create(threshold);
            for (; i <= end - 64; i += 64)
            {
                var a = Vector512.GreaterThanOrEqual(Vector512.Load(bits + i) & mask, limit);
                var b = Vector512.GreaterThanOrEqual(Vector512.Load(bits + i + 16) & mask, limit);
                var c = Vector512.GreaterThanOrEqual(Vector512.Load(bits + i + 32) & mask, limit);
                var d = Vector512.GreaterThanOrEqual(Vector512.Load(bits + i + 48) & mask, limit);
                if (((a | b) | (c | d)) == Vector512<uint>.Zero)
                {
                    continue;
                }

                ulong hits = a.ExtractMostSignificantBits() | (b.ExtractMostSignificantBits() << 16)
                    | (c.ExtractMostSignificantBits() << 32) | (d.ExtractMostSignificantBits() << 48);
                for (; hits != 0; hits &= hits - 1)
                {
                    *next++ = i + BitOperations.TrailingZeroCount(hits);
                }
            }

            for (; i < end; i++)
            {
                if ((bits[i] & MagnitudeMask) >= threshold)
                {
                    *next++ = i;
                }
            }

            counts[part] = (int)(next - (found + start));
        }
    }
}
