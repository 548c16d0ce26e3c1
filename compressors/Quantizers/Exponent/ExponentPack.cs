using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Exponent;

/// <summary>
/// Writes sign and exponent of values, 4 bits each, in <see cref="BitPlanes"/>: the nearest power of two (1.5·2^j goes up), at most the
/// grid's top; where the grid has a zero, what is below 2^(e−7) becomes 0 and what is not becomes 2^(e−6) at least.
/// </summary>
public static unsafe class ExponentPack
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values, finite.</param>
    /// <param name="grid">The codes.</param>
    /// <param name="planes">Takes them.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> values, ExponentGrid grid, Span<byte> planes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(values.Length, ExponentGrid.Bits));
        fixed (float* from = values)
        fixed (byte* to = planes)
        {
            // 2^−e in two factors, as a float does not hold 2^149.
            int half = -grid.Top / 2;
            var job = new Job(from, values.Length, MathF.ScaleB(1, half), MathF.ScaleB(1, -grid.Top - half), grid.HasZero, to);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    private readonly struct Job(float* values, int length, float first, float second, bool hasZero, byte* planes) : IKernelJob
    {
        private const int MantissaBits = 23;
        private const int ExponentBias = 127;

        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            for (int i = start; i < end; i += BitPlanes.BlockLength)
            {
                int count = Math.Min(BitPlanes.BlockLength, end - i);
                var block = BlockOfFloats.Load(values + i, count);
                var codes = LevelRounding.ToBytes(Code(block.First), Code(block.Second), Code(block.Third), Code(block.Fourth));
                BitPlanes.Store(codes, count, ExponentGrid.Bits, BitPlanes.At(planes, i, ExponentGrid.Bits));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<int> Code(Vector512<float> values)
        {
            var relative = Vector512.Abs(values) * Vector512.Create(first) * Vector512.Create(second);

            // Half a mantissa added to the bits carries into the exponent from 1.5 on.
            var exponent = (relative.AsInt32() + Vector512.Create(1 << (MantissaBits - 1))) >> MantissaBits;
            var last = Vector512.Create(ExponentGrid.LastCode);
            var code = Vector512.Max(Vector512.Create(ExponentBias) - exponent, Vector512<int>.Zero);
            if (hasZero)
            {
                var isZero = Vector512.LessThan(relative, Vector512.Create(1f / (1 << ExponentGrid.LastCode))).AsInt32();
                code = Vector512.ConditionalSelect(isZero, last, Vector512.Min(code, last - Vector512<int>.One));
            }
            else
            {
                code = Vector512.Min(code, last);
            }

            return code | ((values.AsInt32() >> 31) & Vector512.Create(ExponentGrid.LastCode + 1));
        }
    }
}
