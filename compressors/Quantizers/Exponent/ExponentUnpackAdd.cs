using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Exponent;

/// <summary><c>destination[i] += scale · (the signed power of two of code i)</c>, as <see cref="ExponentPack"/> wrote it.</summary>
public static unsafe class ExponentUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="planes">The codes.</param>
    /// <param name="hasZero">k = 7 stands for 0.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="top">The value of k = 0, times the factor of every value.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> planes, bool hasZero, Span<float> destination, float top)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(destination.Length, ExponentGrid.Bits));
        fixed (byte* from = planes)
        fixed (float* to = destination)
        {
            var job = new Job(from, to, destination.Length, hasZero ? ExponentGrid.LastCode : int.MaxValue, top);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(byte* planes, float* destination, int length, int zero, float top) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            for (int i = start; i < end; i += BitPlanes.BlockLength)
            {
                int count = Math.Min(BitPlanes.BlockLength, end - i);
                var (low, high) = Vector512.Widen(BitPlanes.Load(BitPlanes.At(planes, i, ExponentGrid.Bits), count, ExponentGrid.Bits));
                var (a, b) = Vector512.Widen(low);
                var (c, d) = Vector512.Widen(high);
                new BlockOfFloats(Power(a), Power(b), Power(c), Power(d)).AddTo(destination + i, count, top, 0);
            }
        }

        // ±2^−k, put together from its bits.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<float> Power(Vector512<uint> codes)
        {
            var k = codes.AsInt32() & Vector512.Create(ExponentGrid.LastCode);
            var bits = ((Vector512.Create(127) - k) << 23) | ((codes.AsInt32() >> 3) << 31);
            return Vector512.AndNot(bits, Vector512.Equals(k, Vector512.Create(zero))).AsSingle();
        }
    }
}
