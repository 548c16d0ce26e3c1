using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] += bit i set ? −magnitude : magnitude</c>.</summary>
public static unsafe class SignUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="bits">⌈n/8⌉ bytes, lowest bit first.</param>
    /// <param name="destination">The sum, n elements.</param>
    /// <param name="magnitude">What is added or subtracted.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> bits, Span<float> destination, float magnitude)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits.Length, (destination.Length + 7) / 8);
        fixed (byte* from = bits)
        fixed (float* to = destination)
        {
            var job = new Job(from, to, destination.Length, magnitude);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(byte* bits, float* destination, int length, float magnitude) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            var signBit = Vector512.Create(0x80000000u);
            var amount = Vector512.Create(magnitude).AsUInt32();
            int i = start;
            for (; i <= end - 16; i += 16)
            {
                uint word = (uint)(bits[i / 8] | (bits[(i / 8) + 1] << 8));
                var isNegative = Vector512.Equals(Vector512.Create(word) & lanes, lanes);
                var signed = (amount ^ (isNegative & signBit)).AsSingle();
                (Vector512.Load(destination + i) + signed).Store(destination + i);
            }

            for (; i < end; i++)
            {
                destination[i] += (bits[i / 8] & (1 << (i % 8))) != 0 ? -magnitude : magnitude;
            }
        }
    }
}
