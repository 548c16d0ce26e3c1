using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Writes each value as its level (<see cref="LevelMaker"/>) in <see cref="BitPlanes"/>. A bucket is read from memory once; its second and
/// later readings find it in the first-level cache.
/// </summary>
public static unsafe class LevelPack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="grid">Levels, buckets and rounding.</param>
    /// <param name="key">Keys the rounding of value i by word i.</param>
    /// <param name="norms">A little-endian float32 a bucket.</param>
    /// <param name="planes">The levels, each plus s.</param>
    /// <returns>False if a norm is not finite; then what was written means nothing.</returns>
    public static bool Invoke(ThreadTeam team, ReadOnlySpan<float> values, LevelGrid grid, ulong key, Span<byte> norms, Span<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(norms.Length, sizeof(float) * grid.BucketCount(values.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(values.Length, grid.Bits));
        int broken = 0;
        fixed (float* from = values)
        fixed (byte* toNorms = norms, toPlanes = planes)
        {
            var job = new Job(from, values.Length, new LevelMaker(grid, key), grid.Bits, toNorms, toPlanes, &broken);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return broken == 0;
    }

    private readonly struct Job(float* values, int length, LevelMaker maker, int bits, byte* norms, byte* planes, int* broken) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            for (int i = start; i < end; i += maker.Bucket)
            {
                int count = Math.Min(maker.Bucket, end - i);
                float norm = maker.Norm(values + i, count, norms + (sizeof(float) * (long)(i / maker.Bucket)));
                if (!float.IsFinite(norm))
                {
                    *broken = 1;
                    return;
                }

                PackBucket(i, i + count, norm);
            }
        }

        [SkipLocalsInit]
        private void PackBucket(int start, int end, float norm)
        {
            sbyte* levels = stackalloc sbyte[LevelRounding.ChunkLength];
            var bias = Vector512.Create((sbyte)maker.Levels);
            for (int chunk = start; chunk < end; chunk += LevelRounding.ChunkLength)
            {
                int count = Math.Min(LevelRounding.ChunkLength, end - chunk);
                maker.Make(values, chunk, count, norm, levels);
                for (int i = 0; i < count; i += BitPlanes.BlockLength)
                {
                    BitPlanes.Store(
                        (Vector512.Load(levels + i) + bias).AsByte(), Math.Min(BitPlanes.BlockLength, count - i), bits, BitPlanes.At(planes, chunk + i, bits));
                }
            }
        }
    }
}
