using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] += level i · (scale · (norm of i's bucket / s))</c>, the levels being those of <see cref="LevelPack"/>.</summary>
public static unsafe class LevelUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="norms">A little-endian float32 a bucket.</param>
    /// <param name="planes">The levels, each plus s, in <see cref="BitPlanes"/>.</param>
    /// <param name="grid">Levels and buckets.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="scale">Factor of every value.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<byte> norms, ReadOnlySpan<byte> planes, LevelGrid grid, Span<float> destination, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(norms.Length, sizeof(float) * grid.BucketCount(destination.Length));
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(destination.Length, grid.Bits));
        fixed (byte* fromNorms = norms, fromPlanes = planes)
        fixed (float* to = destination)
        {
            var job = new Job(fromNorms, fromPlanes, grid.Levels, grid.Bits, grid.Bucket, to, destination.Length, scale);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    /// <summary>What one level of a bucket adds.</summary>
    public static float Factor(byte* norms, int bucket, int levels, float scale) =>
        scale * BucketScale.Step(Unsafe.ReadUnaligned<float>(norms + (sizeof(float) * (long)bucket)), levels);

    private readonly struct Job(byte* norms, byte* planes, int levels, int bits, int bucket, float* destination, int length, float scale) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var bias = Vector512.Create((byte)levels);
            for (int first = start; first < end; first += bucket)
            {
                float factor = Factor(norms, first / bucket, levels, scale);
                int last = Math.Min(first + bucket, end);
                for (int i = first; i < last; i += BitPlanes.BlockLength)
                {
                    int count = Math.Min(BitPlanes.BlockLength, last - i);
                    var signed = (BitPlanes.Load(BitPlanes.At(planes, i, bits), count, bits) - bias).AsSByte();
                    BlockOfFloats.From(signed).AddTo(destination + i, count, factor, 0);
                }
            }
        }
    }
}
