using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>
/// Writes each value as its level (<see cref="LevelMaker"/>) in the code of <see cref="SignedGamma"/>: for every 8192 levels a segment of
/// whole bytes, so that several threads can write and read, and each thread can read several segments at once. Levels never go through
/// memory: a part's code is made beside it, and moved behind that of the parts before it once their lengths are known.
/// </summary>
public static unsafe class GammaPack
{
    /// <summary>Segments of a part.</summary>
    internal const int SegmentsOfPart = 4;

    /// <summary>Levels of a segment, but for the last.</summary>
    public const int SegmentLength = Partition.Length / SegmentsOfPart;

    /// <summary>Most bytes of a segment.</summary>
    public const int LargestSegment = SegmentLength * SignedGamma.LongestCode / 8;

    // What the code of a part can take, and the words that are written over its end.
    private const int StagingLength = (SegmentsOfPart * LargestSegment) + 128;

    /// <summary>Number of segments.</summary>
    /// <param name="count">Number of levels.</param>
    public static int SegmentCount(int count) => (int)(((long)count + SegmentLength - 1) / SegmentLength);

    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="grid">Levels, buckets and rounding.</param>
    /// <param name="key">Keys the rounding of value i by word i.</param>
    /// <param name="norms">A little-endian float32 a bucket.</param>
    /// <param name="bits">Takes the bits of each segment.</param>
    /// <param name="segments">Room for the segments, one behind the other.</param>
    /// <returns>
    /// Bytes of the segments; more than there is room for if they did not fit, then <paramref name="bits"/> and the segments mean nothing;
    /// −1 if a norm is not finite.
    /// </returns>
    public static long Invoke(
        ThreadTeam team, ReadOnlySpan<float> values, LevelGrid grid, ulong key, Span<byte> norms, Span<int> bits, Span<byte> segments)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(norms.Length, sizeof(float) * grid.BucketCount(values.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, SegmentCount(values.Length));
        int broken = 0;
        long* progress = stackalloc long[2];
        (progress[0], progress[1]) = (0, 0);
        fixed (float* from = values)
        fixed (byte* toNorms = norms, to = segments)
        fixed (int* toBits = bits)
        {
            var job = new Job(from, values.Length, new LevelMaker(grid, key), toNorms, toBits, to, segments.Length, progress, &broken);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return broken == 0 ? progress[1] : -1;
    }

    private readonly struct Job(
        float* values, int length, LevelMaker maker, byte* norms, int* segmentBits, byte* segments, int room, long* progress, int* broken) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            // The stack of a team's thread has room for it.
            byte* staging = stackalloc byte[StagingLength];
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            byte* to = staging;
            for (int segment = start; segment < end && to != null; segment += SegmentLength)
            {
                to = PackSegment(segment, Math.Min(segment + SegmentLength, end), to, staging + StagingLength);
            }

            End(part, staging, to == null ? 0 : (int)(to - staging));
        }

        // Null if a norm is not finite. Buckets of more than a segment are taken apart: their norm is made once, in the first segment.
        private byte* PackSegment(int start, int end, byte* to, byte* stagingEnd)
        {
            var stream = new BitAppender(to, stagingEnd);
            for (int i = start; i < end;)
            {
                int bucket = i / maker.Bucket, bucketStart = bucket * maker.Bucket;
                byte* norm = norms + (sizeof(float) * (long)bucket);
                float size = i == bucketStart
                    ? maker.Norm(values + i, Math.Min(maker.Bucket, length - i), norm)
                    : Unsafe.ReadUnaligned<float>(norm);
                if (!float.IsFinite(size))
                {
                    *broken = 1;
                    return null;
                }

                int last = (int)Math.Min(end, bucketStart + (long)maker.Bucket);
                PackBucket(i, last, size, ref stream);
                i = last;
            }

            segmentBits[start / SegmentLength] = stream.BitsSince(to);
            return stream.EndByte();
        }

        [SkipLocalsInit]
        private void PackBucket(int start, int end, float norm, ref BitAppender stream)
        {
            ulong* scratch = stackalloc ulong[LevelRounding.ChunkLength / 4];
            sbyte* levels = stackalloc sbyte[LevelRounding.ChunkLength];
            for (int chunk = start; chunk < end; chunk += LevelRounding.ChunkLength)
            {
                int count = Math.Min(LevelRounding.ChunkLength, end - chunk);
                maker.Make(values, chunk, count, norm, levels);
                Append(levels, count, ref stream, scratch);
            }
        }

        [SkipLocalsInit]
        // First all codes, which do not wait for each other, then the stream, in which each waits for the last.
        private void Append(sbyte* levels, int count, ref BitAppender stream, ulong* scratch)
        {
            uint* codes = stackalloc uint[LevelRounding.ChunkLength / 2];
            uint* lengths = stackalloc uint[LevelRounding.ChunkLength / 2];
            int whole = count / BitPlanes.BlockLength * BitPlanes.BlockLength;
            for (int i = 0; i < whole; i += BitPlanes.BlockLength)
            {
                GammaCodes.Make(Vector512.Load(levels + i), maker.Levels, codes + (i / 2), lengths + (i / 2));
            }

            stream.Append(codes, lengths, whole / 2, scratch);
            for (int i = whole; i < count; i++)
            {
                var (code, length) = SignedGamma.Code(levels[i]);
                stream.Append(code, length);
            }
        }

        // Waits for the parts before, which are at work already, and lets the next one go on before it copies.
        private void End(int part, byte* staging, int count)
        {
            var spinner = default(SpinWait);
            while (Volatile.Read(ref progress[0]) != part)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            long start = progress[1];
            progress[1] = start + count;
            Volatile.Write(ref progress[0], part + 1);
            if (start + count <= room)
            {
                new ReadOnlySpan<byte>(staging, count).CopyTo(new Span<byte>(segments + start, count));
            }
        }
    }
}
