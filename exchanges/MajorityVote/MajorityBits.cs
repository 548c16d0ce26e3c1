using System.Numerics;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Exchanges.MajorityVote;

/// <summary>
/// Bit by bit, what most of n rows say. Counts are kept as bit planes (plane p holds bit p of 512 counts), into which each row is added
/// as a carry, so that 512 votes are counted by a few operations. Where the rows are split evenly, a pattern decides.
/// </summary>
public static unsafe class MajorityBits
{
    /// <summary>Rows begin, and the result ends, at multiples of so many bytes.</summary>
    public const int BlockLength = 64;

    private const int BlocksOfPart = 64;
    private const int Planes = 32;

    /// <param name="team">Threads.</param>
    /// <param name="rows">The rows one after another, each as long as <paramref name="result"/>.</param>
    /// <param name="count">n.</param>
    /// <param name="tie">Bits of each byte where as many rows have the bit as have not.</param>
    /// <param name="result">Out: the bits that more than half of the rows have; a multiple of <see cref="BlockLength"/> bytes.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<byte> rows, int count, byte tie, Span<byte> result)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(result.Length % BlockLength, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, count * result.Length);
        fixed (byte* from = rows, to = result)
        {
            var job = new Job(from, count, tie, to, result.Length);
            team.Run(ref job, ((result.Length / BlockLength) + BlocksOfPart - 1) / BlocksOfPart);
        }
    }

    private readonly struct Job(byte* rows, int count, byte tie, byte* result, int rowLength) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * BlocksOfPart * BlockLength, end = Math.Min(rowLength, start + (BlocksOfPart * BlockLength));
            int planesUsed = BitOperations.Log2((uint)count) + 1;
            var planes = stackalloc Vector512<byte>[Planes];
            for (int offset = start; offset < end; offset += BlockLength)
            {
                for (int plane = 0; plane < planesUsed; plane++)
                {
                    planes[plane] = Vector512<byte>.Zero;
                }

                for (int row = 0; row < count; row++)
                {
                    Add(planes, Vector512.Load(rows + ((long)row * rowLength) + offset));
                }

                Decide(planes, planesUsed).Store(result + offset);
            }
        }

        private static void Add(Vector512<byte>* planes, Vector512<byte> carry)
        {
            for (int plane = 0; carry != Vector512<byte>.Zero; plane++)
            {
                var next = planes[plane] & carry;
                planes[plane] ^= carry;
                carry = next;
            }
        }

        // Compares each count with ⌊n/2⌋, from the highest bit down.
        private Vector512<byte> Decide(Vector512<byte>* planes, int planesUsed)
        {
            int half = count / 2;
            var more = Vector512<byte>.Zero;
            var equal = Vector512<byte>.AllBitsSet;
            for (int plane = planesUsed - 1; plane >= 0; plane--)
            {
                if ((half >> plane & 1) == 0)
                {
                    more |= equal & planes[plane];
                    equal &= ~planes[plane];
                }
                else
                {
                    equal &= planes[plane];
                }
            }

            return count % 2 == 0 ? more | (equal & Vector512.Create(tie)) : more;
        }
    }
}
