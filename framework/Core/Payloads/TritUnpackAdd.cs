using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary><c>destination[i] += amount · (trit i − 1)</c>, the trits in <see cref="TritLayout"/>.</summary>
public static unsafe class TritUnpackAdd
{
    /// <param name="team">Threads.</param>
    /// <param name="bytes"><see cref="TritLayout.ByteCount"/> of the destination's length.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="amount">What a digit 2 adds and a digit 0 takes away.</param>
    /// <exception cref="PayloadException">A byte is above 242, which no five trits give; the sum is then undefined.</exception>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> bytes, Span<float> destination, float amount)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, TritLayout.ByteCount(destination.Length));
        int damaged = 0;
        fixed (byte* from = bytes)
        fixed (float* to = destination)
        {
            var job = new Job(from, to, destination.Length, amount, &damaged);
            team.Run(ref job, TritLayout.PartCount(destination.Length));
        }

        if (damaged != 0)
        {
            throw new PayloadException($"A byte of trits is above {TritLayout.LargestByte}.");
        }
    }

    private readonly struct Job(byte* bytes, float* destination, int length, float amount, int* damaged) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * TritLayout.PartLength, end = (int)Math.Min(length, (long)start + TritLayout.PartLength);
            byte* from = bytes + ((long)part * TritLayout.PartBytes);
            int i = start;
            for (; i <= end - TritLayout.BlockLength; i += TritLayout.BlockLength, from += TritLayout.BlockBytes)
            {
                AddBlock(from, destination + i);
            }

            if (i < end)
            {
                AddRest(from, destination + i, end - i);
            }
        }

        private void AddBlock(byte* from, float* to)
        {
            var codes = Vector512.Load(from);
            if (Vector512.GreaterThanAny(codes, Vector512.Create(TritLayout.LargestByte)))
            {
                *damaged = 1;
            }

            var (low, high) = Vector512.Widen(codes);
            for (int plane = 0; plane < TritLayout.Planes; plane++, to += TritLayout.BlockBytes)
            {
                low = Add(low, to);
                high = Add(high, to + 32);
            }
        }

        // Adds the lowest digits of 32 numbers and returns the numbers without them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector512<ushort> Add(Vector512<ushort> numbers, float* to)
        {
            // ⌊171n/512⌋ = ⌊n/3⌋ for every byte n.
            var thirds = (numbers * Vector512.Create((ushort)171)) >> 9;
            var (first, second) = Vector512.Widen(numbers - thirds - thirds - thirds);
            Add(first, to);
            Add(second, to + 16);
            return thirds;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Add(Vector512<uint> digits, float* to)
        {
            var outcomes = Vector512.ConvertToSingle(digits.AsInt32() - Vector512<int>.One);
            (Vector512.Load(to) + (outcomes * Vector512.Create(amount))).Store(to);
        }

        private void AddRest(byte* from, float* to, int count)
        {
            int width = (count + TritLayout.Planes - 1) / TritLayout.Planes;
            for (int j = 0; j < width; j++)
            {
                int code = from[j];
                if (code > TritLayout.LargestByte)
                {
                    *damaged = 1;
                }

                for (int i = j; i < count; i += width, code /= 3)
                {
                    to[i] += ((code % 3) - 1) * amount;
                }
            }
        }
    }
}
