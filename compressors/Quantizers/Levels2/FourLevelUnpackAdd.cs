using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Levels2;

/// <summary><c>destination[i] += levels[code i]</c>, the codes being those of <see cref="FourLevelPack"/>.</summary>
internal static unsafe class FourLevelUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="planes">The codes.</param>
    /// <param name="levels">Four.</param>
    /// <param name="destination">The sum.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> planes, ReadOnlySpan<float> levels, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(destination.Length, 2));
        ArgumentOutOfRangeException.ThrowIfNotEqual(levels.Length, 4);
        fixed (byte* from = planes)
        fixed (float* four = levels, to = destination)
        {
            var job = new Job(from, four, to, destination.Length);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(byte* planes, float* levels, float* destination, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int i = Partition.Start(part), end = i + Partition.LengthOf(part, length);
            for (; i <= end - BitPlanes.BlockLength; i += BitPlanes.BlockLength)
            {
                var codes = BlockOfFloats.From(BitPlanes.Load(BitPlanes.At(planes, i, 2), BitPlanes.BlockLength, 2));
                (Vector512.Load(destination + i) + LevelsOf(codes.First)).Store(destination + i);
                (Vector512.Load(destination + i + 16) + LevelsOf(codes.Second)).Store(destination + i + 16);
                (Vector512.Load(destination + i + 32) + LevelsOf(codes.Third)).Store(destination + i + 32);
                (Vector512.Load(destination + i + 48) + LevelsOf(codes.Fourth)).Store(destination + i + 48);
            }

            if (i < end)
            {
                byte* codes = stackalloc byte[BitPlanes.BlockLength];
                BitPlanes.Load(BitPlanes.At(planes, i, 2), end - i, 2).Store(codes);
                for (int rest = 0; i < end; i++, rest++)
                {
                    destination[i] += levels[codes[rest]];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<float> LevelsOf(Vector512<float> codes)
        {
            var upper = Vector512.ConditionalSelect(
                Vector512.GreaterThan(codes, Vector512.Create(2f)), Vector512.Create(levels[3]), Vector512.Create(levels[2]));
            var lower = Vector512.ConditionalSelect(
                Vector512.GreaterThan(codes, Vector512<float>.Zero), Vector512.Create(levels[1]), Vector512.Create(levels[0]));
            return Vector512.ConditionalSelect(Vector512.GreaterThan(codes, Vector512<float>.One), upper, lower);
        }
    }
}
