using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Writes values in a format of 16 bits, little-endian, and finds the largest magnitude in the same pass.</summary>
public static unsafe class HalfwordPack
{
    private const int Group = 32;

    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="bytes">2 bytes a value, at any address.</param>
    /// <typeparam name="TFormat">The format.</typeparam>
    /// <returns>max |values[i]|: 0 without values, NaN if there is one, else infinite if there is an infinity.</returns>
    public static float Invoke<TFormat>(ThreadTeam team, ReadOnlySpan<float> values, Span<byte> bytes)
        where TFormat : struct, IHalfwordFormat
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, sizeof(ushort) * values.Length);
        uint largest = 0;
        fixed (float* from = values)
        fixed (byte* to = bytes)
        {
            var job = new Job<TFormat>(from, values.Length, to, &largest);
            team.Run(ref job, Partition.Count(values.Length));
        }

        return BitConverter.UInt32BitsToSingle(largest);
    }

    private readonly struct Job<TFormat>(float* values, int length, byte* bytes, uint* largest) : IKernelJob
        where TFormat : struct, IHalfwordFormat
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var mask = Vector512.Create(0x7FFFFFFFu);
            var top = Vector512<uint>.Zero;
            int i = start;
            for (; i <= end - Group; i += Group)
            {
                var (low, high) = (Vector512.Load(values + i), Vector512.Load(values + i + 16));
                top = Vector512.Max(top, Vector512.Max(low.AsUInt32() & mask, high.AsUInt32() & mask));
                Vector512.Narrow(TFormat.Encode(low), TFormat.Encode(high)).Store((ushort*)(bytes + (2L * i)));
            }

            if (i < end)
            {
                float* rest = stackalloc float[Group];
                ushort* codes = stackalloc ushort[Group];
                new Span<float>(rest, Group).Clear();
                new ReadOnlySpan<float>(values + i, end - i).CopyTo(new Span<float>(rest, Group));
                var (low, high) = (Vector512.Load(rest), Vector512.Load(rest + 16));
                top = Vector512.Max(top, Vector512.Max(low.AsUInt32() & mask, high.AsUInt32() & mask));
                Vector512.Narrow(TFormat.Encode(low), TFormat.Encode(high)).Store(codes);
                new ReadOnlySpan<byte>(codes, 2 * (end - i)).CopyTo(new Span<byte>(bytes + (2L * i), 2 * (end - i)));
            }

            uint highest = 0;
            for (int lane = 0; lane < Vector512<uint>.Count; lane++)
            {
                highest = Math.Max(highest, top[lane]);
            }

            SharedMaximum.Raise(largest, highest);
        }
    }
}
