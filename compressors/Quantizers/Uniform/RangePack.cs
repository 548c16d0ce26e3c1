using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Uniform;

/// <summary>
/// Writes each value as min(2^b − 1, round((v − low)·((2^b − 1)/(high − low)))), low and high being the range of the value's bucket, in
/// <see cref="BitPlanes"/>. A bucket is read from memory once.
/// </summary>
public static unsafe class RangePack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="grid">Levels, buckets and rounding.</param>
    /// <param name="key">Keys the rounding of value i by word i.</param>
    /// <param name="ranges">Each bucket's low and high, or high alone where low is −high, as little-endian float32.</param>
    /// <param name="planes">The levels.</param>
    /// <returns>False if a value is not finite, or if a float cannot hold high − low; then what was written means nothing.</returns>
    public static bool Invoke(ThreadTeam team, ReadOnlySpan<float> values, RangeGrid grid, ulong key, Span<byte> ranges, Span<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ranges.Length, grid.RangeBytes * grid.BucketCount(values.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(values.Length, grid.Bits));
        int broken = 0;
        fixed (float* from = values)
        fixed (byte* toRanges = ranges, toPlanes = planes)
        {
            var job = new Job(
                from, values.Length, grid.Highest, grid.Bits, grid.Bucket, grid.IsSymmetric, new LevelRounding(key, grid.IsStochastic), toRanges, toPlanes, &broken);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return broken == 0;
    }

    private readonly struct Job(
        float* values, int length, int highest, int bits, int bucket, bool isSymmetric, LevelRounding rounding, byte* ranges, byte* planes, int* broken)
        : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            for (int i = start; i < end; i += bucket)
            {
                int count = Math.Min(bucket, end - i);
                float magnitude = BucketScale.MaxMagnitude(values + i, count);
                var (low, high) = isSymmetric ? (-magnitude, magnitude) : BucketScale.Range(values + i, count);
                if (!float.IsFinite(magnitude) || !float.IsFinite(high - low))
                {
                    *broken = 1;
                    return;
                }

                byte* range = ranges + ((long)(i / bucket) * (isSymmetric ? sizeof(float) : 2 * sizeof(float)));
                Unsafe.WriteUnaligned(range, isSymmetric ? high : low);
                if (!isSymmetric)
                {
                    Unsafe.WriteUnaligned(range + sizeof(float), high);
                }

                PackBucket(i, i + count, low, high);
            }
        }

        [SkipLocalsInit]
        private void PackBucket(int start, int end, float low, float high)
        {
            uint* words = stackalloc uint[LevelRounding.ChunkLength];
            var origin = Vector512.Create(low);
            var (first, second) = BucketScale.Factors(highest, high - low);
            for (int chunk = start; chunk < end; chunk += LevelRounding.ChunkLength)
            {
                int chunkEnd = Math.Min(chunk + LevelRounding.ChunkLength, end);
                rounding.Prepare(chunk, chunkEnd - chunk, words);
                for (int i = chunk; i < chunkEnd; i += BitPlanes.BlockLength)
                {
                    int count = Math.Min(BitPlanes.BlockLength, chunkEnd - i);
                    Prefetch.Block(values + i + bucket);
                    var block = BlockOfFloats.Load(values + i, count);
                    var scaled = new BlockOfFloats(
                        (block.First - origin) * first * second, (block.Second - origin) * first * second,
                        (block.Third - origin) * first * second, (block.Fourth - origin) * first * second);
                    var (a, b, c, d) = rounding.Round(scaled, words + (i - chunk));
                    var levels = LevelRounding.ToBytes(Bounded(a), Bounded(b), Bounded(c), Bounded(d));
                    BitPlanes.Store(levels, count, bits, BitPlanes.At(planes, i, bits));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<int> Bounded(Vector512<int> levels) => Vector512.Min(levels, Vector512.Create(highest));
    }
}
