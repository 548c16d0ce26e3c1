using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Writes each value as sign(v)·min(s, round(|v|·(s/norm))), norm being that of the value's bucket, in <see cref="BitPlanes"/>. A bucket is
/// read from memory once; its second and later readings find it in the first-level cache.
/// </summary>
public static unsafe class LevelPack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="grid">Levels, buckets and rounding.</param>
    /// <param name="key">Keys the rounding of value i by word i.</param>
    /// <param name="norms">A little-endian float32 a bucket.</param>
    /// <param name="planes">The levels, each plus s.</param>
    /// <param name="gammaBits">Takes the bits of each segment of <see cref="GammaPack"/>; empty if nobody asks.</param>
    /// <returns>False if a norm is not finite; then what was written means nothing.</returns>
    public static bool Invoke(
        KernelTeam team, ReadOnlySpan<float> values, LevelGrid grid, ulong key, Span<byte> norms, Span<byte> planes, Span<int> gammaBits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(norms.Length, sizeof(float) * grid.BucketCount(values.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(values.Length, grid.Bits));
        if (!gammaBits.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(gammaBits.Length, GammaPack.SegmentCount(values.Length));
        }

        int broken = 0;
        fixed (float* from = values)
        fixed (byte* toNorms = norms, toPlanes = planes)
        fixed (int* toBits = gammaBits)
        {
            var job = new Job(from, values.Length, new Shape(grid, key), toNorms, toPlanes, toBits, &broken);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return broken == 0;
    }

    private readonly struct Shape(LevelGrid grid, ulong key)
    {
        public readonly int Levels = grid.Levels;
        public readonly int Bits = grid.Bits;
        public readonly int Bucket = grid.Bucket;
        public readonly bool UsesTwoNorm = grid.UsesTwoNorm;
        public readonly LevelRounding Rounding = new(key, grid.IsStochastic);
    }

    private readonly struct Job(float* values, int length, Shape shape, byte* norms, byte* planes, int* gammaBits, int* broken) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int* bits = stackalloc int[GammaPack.SegmentsOfPart];
            new Span<int>(bits, GammaPack.SegmentsOfPart).Clear();
            for (int i = start; i < end; i += shape.Bucket)
            {
                int count = Math.Min(shape.Bucket, end - i);
                float norm = shape.UsesTwoNorm ? BucketScale.TwoNorm(values + i, count) : BucketScale.MaxMagnitude(values + i, count);
                Unsafe.WriteUnaligned(norms + (sizeof(float) * (long)(i / shape.Bucket)), norm);
                if (!float.IsFinite(norm))
                {
                    *broken = 1;
                    return;
                }

                PackBucket(i, i + count, norm, bits);
            }

            if (gammaBits != null)
            {
                int first = start / GammaPack.SegmentLength, after = GammaPack.SegmentCount(end);
                new ReadOnlySpan<int>(bits, after - first).CopyTo(new Span<int>(gammaBits + first, after - first));
            }
        }

        private void PackBucket(int start, int end, float norm, int* bits)
        {
            var (first, second) = BucketScale.Factors(shape.Levels, norm);
            var bias = Vector512.Create((byte)shape.Levels);
            for (int i = start; i < end; i += BitPlanes.BlockLength)
            {
                int count = Math.Min(BitPlanes.BlockLength, end - i);
                var block = BlockOfFloats.Load(values + i, count);
                var scaled = new BlockOfFloats(
                    Vector512.Abs(block.First) * first * second, Vector512.Abs(block.Second) * first * second,
                    Vector512.Abs(block.Third) * first * second, Vector512.Abs(block.Fourth) * first * second);
                var (a, b, c, d) = shape.Rounding.Round(scaled, i);
                var levels = LevelRounding.ToBytes(
                    Signed(a, block.First), Signed(b, block.Second), Signed(c, block.Third), Signed(d, block.Fourth));
                if (gammaBits != null)
                {
                    bits[(i / GammaPack.SegmentLength) % GammaPack.SegmentsOfPart] += count + GammaBits(levels.AsSByte());
                }

                BitPlanes.Store(levels + bias, count, shape.Bits, BitPlanes.At(planes, i, shape.Bits));
            }
        }

        // A norm that was rounded down lets a level reach s + 1.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<int> Signed(Vector512<int> magnitudes, Vector512<float> values)
        {
            var negative = values.AsInt32() >> 31;
            return (Vector512.Min(magnitudes, Vector512.Create(shape.Levels)) ^ negative) - negative;
        }

        // What a block takes beyond 1 bit a value: 3 for a level, 2 more at each further power of two that |level| + 1 reaches.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private int GammaBits(Vector512<sbyte> levels)
        {
            var magnitudes = Vector512.Abs(levels);
            int bits = BitOperations.PopCount(Vector512.GreaterThan(magnitudes, Vector512<sbyte>.Zero).ExtractMostSignificantBits());
            for (int power = 2; power - 1 <= shape.Levels; power *= 2)
            {
                bits += 2 * BitOperations.PopCount(
                    Vector512.GreaterThan(magnitudes, Vector512.Create((sbyte)(power - 2))).ExtractMostSignificantBits());
            }

            return bits;
        }
    }
}
