using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Natural;

/// <summary><c>destination[i] += scale · (sign i) · 2^(exponent i − 127)</c>, where exponent 0 stands for zero.</summary>
public static unsafe class NaturalUnpackAdd
{
    private const int Group = 64;
    private const byte Infinity = 255;

    /// <param name="team">Threads.</param>
    /// <param name="exponents">As <see cref="NaturalPack"/> writes them.</param>
    /// <param name="signs">⌈n/8⌉ bytes, lowest bit first, 1 for negative.</param>
    /// <param name="destination">The sum, n elements.</param>
    /// <param name="scale">Factor of every value.</param>
    /// <exception cref="PayloadException">An exponent is 255, which stands for no number; the sum is then undefined.</exception>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> exponents, ReadOnlySpan<byte> signs, Span<float> destination, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(exponents.Length, destination.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(signs.Length, (destination.Length + 7) / 8);
        int damaged = 0;
        fixed (byte* exponentBytes = exponents, signBytes = signs)
        fixed (float* to = destination)
        {
            var job = new Job(exponentBytes, signBytes, to, destination.Length, scale, &damaged);
            team.Run(ref job, Partition.Count(destination.Length));
        }

        if (damaged != 0)
        {
            throw new PayloadException("A power of two has the exponent of infinity.");
        }
    }

    private readonly struct Job(byte* exponents, byte* signs, float* destination, int length, float scale, int* damaged) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int i = start;
            for (; i <= end - Group; i += Group)
            {
                Add(exponents + i, BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(signs + (i / 8), 8)), destination + i);
            }

            if (i < end)
            {
                float* sums = stackalloc float[Group];
                byte* powers = stackalloc byte[Group];
                byte* bits = stackalloc byte[8];
                new Span<byte>(powers, Group).Clear();
                new Span<byte>(bits, 8).Clear();
                new ReadOnlySpan<byte>(exponents + i, end - i).CopyTo(new Span<byte>(powers, Group));
                new ReadOnlySpan<byte>(signs + (i / 8), (end - i + 7) / 8).CopyTo(new Span<byte>(bits, 8));
                var rest = new Span<float>(destination + i, end - i);
                rest.CopyTo(new Span<float>(sums, Group));
                Add(powers, BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(bits, 8)), sums);
                new ReadOnlySpan<float>(sums, rest.Length).CopyTo(rest);
            }
        }

        private void Add(byte* powers, ulong negative, float* sums)
        {
            var bytes = Vector512.Load(powers);
            if (Vector512.EqualsAny(bytes, Vector512.Create(Infinity)))
            {
                *damaged = 1;
            }

            var (low, high) = Vector512.Widen(bytes);
            var (exponents0, exponents1) = Vector512.Widen(low);
            var (exponents2, exponents3) = Vector512.Widen(high);
            Add(exponents0, (ushort)negative, sums);
            Add(exponents1, (ushort)(negative >> 16), sums + 16);
            Add(exponents2, (ushort)(negative >> 32), sums + 32);
            Add(exponents3, (ushort)(negative >> 48), sums + 48);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Add(Vector512<uint> powers, uint negative, float* sums)
        {
            var lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            var isNegative = Vector512.Equals(Vector512.Create(negative) & lanes, lanes);
            var value = ((powers << 23) | (isNegative & Vector512.Create(0x80000000u))).AsSingle();
            (Vector512.Load(sums) + (Vector512.Create(scale) * value)).Store(sums);
        }
    }
}
