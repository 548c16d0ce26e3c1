using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] += scale · value i</c> of values in a format of 16 bits.</summary>
public static unsafe class HalfwordUnpackAdd
{
    private const int Group = 32;

    /// <param name="team">Threads.</param>
    /// <param name="bytes">2 bytes a value, little-endian, at any address.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="scale">Factor of every value.</param>
    /// <typeparam name="TFormat">The format.</typeparam>
    public static void Invoke<TFormat>(ThreadTeam team, ReadOnlySpan<byte> bytes, Span<float> destination, float scale)
        where TFormat : struct, IHalfwordFormat
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, sizeof(ushort) * destination.Length);
        fixed (byte* from = bytes)
        fixed (float* to = destination)
        {
            var job = new Job<TFormat>(from, to, destination.Length, scale);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job<TFormat>(byte* bytes, float* destination, int length, float scale) : IKernelJob
        where TFormat : struct, IHalfwordFormat
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int i = start;
            for (; i <= end - Group; i += Group)
            {
                Add(bytes + (2L * i), destination + i);
            }

            if (i < end)
            {
                float* sums = stackalloc float[Group];
                byte* codes = stackalloc byte[2 * Group];
                new Span<byte>(codes, 2 * Group).Clear();
                new ReadOnlySpan<byte>(bytes + (2L * i), 2 * (end - i)).CopyTo(new Span<byte>(codes, 2 * Group));
                var rest = new Span<float>(destination + i, end - i);
                rest.CopyTo(new Span<float>(sums, Group));
                Add(codes, sums);
                new ReadOnlySpan<float>(sums, rest.Length).CopyTo(rest);
            }
        }

        private void Add(byte* codes, float* sums)
        {
            var factor = Vector512.Create(scale);
            var (low, high) = Vector512.Widen(Vector512.Load((ushort*)codes));
            (Vector512.Load(sums) + (factor * TFormat.Decode(low))).Store(sums);
            (Vector512.Load(sums + 16) + (factor * TFormat.Decode(high))).Store(sums + 16);
        }
    }
}
