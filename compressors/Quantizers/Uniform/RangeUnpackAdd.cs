using System.Runtime.CompilerServices;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Uniform;

/// <summary><c>destination[i] += level i · (scale · step) + scale · low</c>, step = (high − low)/(2^b − 1), as <see cref="RangePack"/> wrote them.</summary>
public static unsafe class RangeUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="ranges">The buckets' ranges.</param>
    /// <param name="planes">The levels.</param>
    /// <param name="grid">Levels and buckets.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="scale">Factor of every value.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<byte> ranges, ReadOnlySpan<byte> planes, RangeGrid grid, Span<float> destination, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ranges.Length, grid.RangeBytes * grid.BucketCount(destination.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(destination.Length, grid.Bits));
        fixed (byte* fromRanges = ranges, fromPlanes = planes)
        fixed (float* to = destination)
        {
            var job = new Job(fromRanges, fromPlanes, grid.Highest, grid.Bits, grid.Bucket, grid.IsSymmetric, to, destination.Length, scale);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(
        byte* ranges, byte* planes, int highest, int bits, int bucket, bool isSymmetric, float* destination, int length, float scale) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            for (int first = start; first < end; first += bucket)
            {
                var (low, high) = RangeOf(first / bucket);
                float factor = scale * BucketScale.Step(high - low, highest), offset = scale * low;
                int last = Math.Min(first + bucket, end);
                for (int i = first; i < last; i += BitPlanes.BlockLength)
                {
                    int count = Math.Min(BitPlanes.BlockLength, last - i);
                    BlockOfFloats.From(BitPlanes.Load(BitPlanes.At(planes, i, bits), count, bits)).AddTo(destination + i, count, factor, offset);
                }
            }
        }

        private (float Low, float High) RangeOf(int index)
        {
            if (isSymmetric)
            {
                float high = Unsafe.ReadUnaligned<float>(ranges + (sizeof(float) * (long)index));
                return (-high, high);
            }

            byte* range = ranges + (2 * sizeof(float) * (long)index);
            return (Unsafe.ReadUnaligned<float>(range), Unsafe.ReadUnaligned<float>(range + sizeof(float)));
        }
    }
}
