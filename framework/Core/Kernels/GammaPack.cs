using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Payloads;

namespace Compression.Core.Kernels;

/// <summary>
/// Turns levels in <see cref="BitPlanes"/> into the code of <see cref="SignedGamma"/>: for every 8192 levels a segment of whole bytes, so
/// that several threads can write and read, and each thread can read several segments at once.
/// </summary>
public static unsafe class GammaPack
{
    /// <summary>Segments of a part.</summary>
    internal const int SegmentsOfPart = 4;

    /// <summary>Levels of a segment, but for the last.</summary>
    public const int SegmentLength = Partition.Length / SegmentsOfPart;

    /// <summary>Most bytes of a segment.</summary>
    public const int LargestSegment = SegmentLength * SignedGamma.LongestCode / 8;

    // Levels that are unpacked at once; a multiple of a block.
    private const int Chunk = 512;

    // Codes of four levels, from two pairs, are joined before they are appended: nearly always they have at most 56 bits.
    private const int Joined = 4;
    private const int MostAtOnce = 56;

    /// <summary>Number of segments.</summary>
    /// <param name="count">Number of levels.</param>
    public static int SegmentCount(int count) => (int)(((long)count + SegmentLength - 1) / SegmentLength);

    /// <param name="team">Threads.</param>
    /// <param name="planes">The levels, each plus s.</param>
    /// <param name="grid">Levels.</param>
    /// <param name="count">Number of levels.</param>
    /// <param name="starts">Where each segment begins, and where the last one ends; exact.</param>
    /// <param name="segments">Room for them.</param>
    public static void Invoke(
        KernelTeam team, ReadOnlySpan<byte> planes, LevelGrid grid, int count, ReadOnlySpan<int> starts, Span<byte> segments)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(planes.Length, BitPlanes.ByteCount(count, grid.Bits));
        ArgumentOutOfRangeException.ThrowIfNotEqual(starts.Length, SegmentCount(count) + 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(segments.Length, starts[^1]);
        fixed (byte* from = planes, to = segments)
        fixed (int* at = starts)
        fixed (ulong* pairs = SignedGamma.Pairs)
        {
            var job = new Job(from, count, grid.Levels, grid.Bits, pairs, at, to);
            team.Run(ref job, SegmentCount(count));
        }
    }

    private readonly struct Job(byte* planes, int length, int levels, int width, ulong* pairs, int* starts, byte* segments) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            int start = part * SegmentLength, end = Math.Min(length, start + SegmentLength);
            byte* chunk = stackalloc byte[Chunk];
            byte* room = stackalloc byte[(Chunk * SignedGamma.LongestCode / 8) + sizeof(ulong)];
            byte* to = segments + starts[part];
            ulong pending = 0;
            int bits = 0;
            for (int i = start; i < end; i += Chunk)
            {
                int count = Math.Min(Chunk, end - i);
                Unpack(i, count, chunk);

                // Whole words are written into the room, whole bytes into the segment: behind it another thread writes.
                int bytes = Append(chunk, count, room, ref pending, ref bits);
                new ReadOnlySpan<byte>(room, bytes).CopyTo(new Span<byte>(to, (int)(segments + starts[part + 1] - to)));
                to += bytes;
            }

            if (bits > 0)
            {
                *to = (byte)pending;
            }
        }

        private void Unpack(int start, int count, byte* to)
        {
            var bias = Vector512.Create((byte)levels);
            for (int i = 0; i < count; i += BitPlanes.BlockLength)
            {
                byte* from = BitPlanes.At(planes, start + i, width);
                (BitPlanes.Load(from, Math.Min(BitPlanes.BlockLength, count - i), width) - bias).Store(to + i);
            }
        }

        // Bits from the lowest upwards, as in BitWriter. Less than a byte is pending before and after.
        private int Append(byte* levels, int count, byte* room, ref ulong pending, ref int bits)
        {
            byte* to = room;
            var (word, used) = (pending, bits);
            int i = 0;
            for (; i <= count - Joined; i += Joined)
            {
                ulong first = pairs[Unsafe.ReadUnaligned<ushort>(levels + i)], second = pairs[Unsafe.ReadUnaligned<ushort>(levels + i + 2)];
                int length = (byte)(first + second);
                if (length > MostAtOnce)
                {
                    Push(ref to, ref word, ref used, first >> 8, (byte)first);
                    Push(ref to, ref word, ref used, second >> 8, (byte)second);
                    continue;
                }

                // A shift takes the lowest 6 bits of its count: an entry begins with its length.
                Push(ref to, ref word, ref used, (first >> 8) | ((second >> 8) << (int)first), length);
            }

            for (; i < count; i++)
            {
                // With a zero, whose code has 1 bit.
                ulong pair = pairs[levels[i]];
                int length = (byte)pair - 1;
                Push(ref to, ref word, ref used, (pair >> 8) & ((1UL << length) - 1), length);
            }

            (pending, bits) = (word, used);
            return (int)(to - room);
        }

        // A word is written every time, however few of its bytes are complete: no processor would foresee that branch.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Push(ref byte* to, ref ulong word, ref int used, ulong code, int length)
        {
            word |= code << used;
            Unsafe.WriteUnaligned(to, word);
            used += length;
            to += used >> 3;
            word >>= used & ~7;
            used &= 7;
        }
    }
}
