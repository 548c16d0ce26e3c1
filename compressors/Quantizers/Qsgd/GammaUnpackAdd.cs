using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>
/// Adds what <see cref="LevelUnpackAdd"/> adds, from the segments of <see cref="GammaPack"/>. The four segments of a part are read by
/// turns: each waits for its own last code, not for the others'.
/// </summary>
public static unsafe class GammaUnpackAdd
{
    // Levels of a segment that are decoded before they are added: four times as many stay in the first-level cache.
    private const int Chunk = 1024;

    // A last block is loaded as a whole.
    private const int Room = Chunk + BitPlanes.BlockLength;

    /// <param name="team">Threads.</param>
    /// <param name="norms">A little-endian float32 a bucket.</param>
    /// <param name="starts">Where each segment begins, ascending, and where the last one ends.</param>
    /// <param name="segments">All of them.</param>
    /// <param name="grid">Levels and buckets.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="scale">Factor of every value.</param>
    /// <exception cref="PayloadException">A segment does not hold its levels; others may have been added.</exception>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<byte> norms, ReadOnlySpan<int> starts, ReadOnlySpan<byte> segments, LevelGrid grid, Span<float> destination, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(norms.Length, sizeof(float) * grid.BucketCount(destination.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(starts.Length, GammaPack.SegmentCount(destination.Length) + 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(segments.Length, starts[^1]);
        int broken = 0;
        fixed (byte* fromNorms = norms, from = segments)
        fixed (int* at = starts)
        fixed (ulong* symbols = SignedGamma.Symbols)
        fixed (float* to = destination)
        {
            var job = new Job(fromNorms, at, from, symbols, grid.Levels, grid.Bucket, to, destination.Length, scale, &broken);
            team.Run(ref job, Partition.Count(destination.Length));
        }

        if (broken != 0)
        {
            throw new PayloadException("The code of the levels is damaged.");
        }
    }

    private readonly struct Job(
        byte* norms, int* starts, byte* segments, ulong* symbols, int levels, int bucket, float* destination, int length, float scale, int* broken)
        : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            var streams = stackalloc GammaStream[GammaPack.SegmentsOfPart];
            sbyte* room = stackalloc sbyte[GammaPack.SegmentsOfPart * Room];
            for (int i = 0; i < GammaPack.SegmentsOfPart; i++)
            {
                int segment = (part * GammaPack.SegmentsOfPart) + i;
                bool exists = segment < GammaPack.SegmentCount(length);
                streams[i] = exists ? new GammaStream(segments + starts[segment], starts[segment + 1] - starts[segment]) : default;
            }

            for (int offset = 0; offset < GammaPack.SegmentLength; offset += Chunk)
            {
                for (int i = 0; i < GammaPack.SegmentsOfPart; i++)
                {
                    streams[i].Aim(room + (i * Room), CountAt(StartOf(part, i) + offset));
                }

                if (!GammaStream.DecodeAll(streams, symbols))
                {
                    *broken = 1;
                    return;
                }

                for (int i = 0; i < GammaPack.SegmentsOfPart; i++)
                {
                    int start = StartOf(part, i) + offset;
                    Add(room + (i * Room), start, CountAt(start));
                }
            }

            for (int i = 0; i < GammaPack.SegmentsOfPart; i++)
            {
                if (!streams[i].IsAtEnd)
                {
                    *broken = 1;
                }
            }
        }

        private static int StartOf(int part, int segment) => Partition.Start(part) + (segment * GammaPack.SegmentLength);

        private int CountAt(int start) => Math.Clamp(length - start, 0, Chunk);

        private void Add(sbyte* chunk, int start, int count)
        {
            for (int i = 0; i < count; i += BitPlanes.BlockLength)
            {
                float factor = LevelUnpackAdd.Factor(norms, (start + i) / bucket, levels, scale);
                BlockOfFloats.From(Vector512.Load(chunk + i))
                    .AddTo(destination + start + i, Math.Min(BitPlanes.BlockLength, count - i), factor, 0);
            }
        }
    }
}
