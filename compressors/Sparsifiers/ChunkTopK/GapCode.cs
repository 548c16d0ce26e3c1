using System.Numerics;
using Compression.Core.Payloads;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>
/// Golomb's code (Golomb 1966) of the places that are passed over before the first of r chosen ones among n. Its interval m follows from n and r,
/// which both sides know: about n·ln 2/r, at which half of all gaps are shorter. As no gap is longer than n − r, the last interval is shorter and
/// has no end mark, so that every sequence of bits is the code of some gap.
/// </summary>
/// <param name="places">n, at least 1 and at most 2¹⁶.</param>
/// <param name="chosen">r, 1 to n.</param>
internal readonly struct GapCode(int places, int chosen)
{
    // Gaps from 0 to n − r.
    private readonly int _count = places - chosen + 1;

    // ln 2 · n/(r + 0.35) is the median for small r, and 0.18 more the switch from one interval to the next that is best for large ones. A single
    // choice is equally likely everywhere: one interval.
    private readonly int _interval =
        chosen == 1 ? places : Math.Max(1, (int)(((710u * (uint)places) + (180u * (uint)chosen)) / ((1024u * (uint)chosen) + 358u)));

    /// <summary>Bits of a gap's code.</summary>
    public int LengthOf(int gap)
    {
        int intervals = gap / _interval, start = intervals * _interval, left = _count - start;
        return (left > _interval ? intervals + 1 : intervals) + Offset.LengthOf(gap - start, Math.Min(_interval, left));
    }

    /// <summary>Writes a gap.</summary>
    public void Write(int gap, ref BitWriter bits)
    {
        int intervals = gap / _interval, start = intervals * _interval, left = _count - start;
        for (; intervals >= 32; intervals -= 32)
        {
            bits.Write(0, 32);
        }

        bits.Write(0, intervals);
        if (left > _interval)
        {
            bits.Write(1, 1);
        }

        Offset.Write(gap - start, Math.Min(_interval, left), ref bits);
    }

    /// <summary>Reads a gap, 0 to n − r whatever the bits are.</summary>
    public int Read(ref BitReader bits)
    {
        int start = 0, left = _count;
        for (; left > _interval && bits.Read(1) == 0; left -= _interval)
        {
            start += _interval;
        }

        return start + Offset.Read(Math.Min(_interval, left), ref bits);
    }

    // A number below a count: the first few, so many that the count need not be a power of two, in a bit less than the others.
    private static class Offset
    {
        public static int LengthOf(int value, int count) => Width(count) + (value < Short(count) ? 0 : 1);

        public static void Write(int value, int count, ref BitWriter bits)
        {
            if (value < Short(count))
            {
                bits.Write((uint)value, Width(count));
            }
            else
            {
                uint code = (uint)(value + Short(count));
                bits.Write(code >> 1, Width(count));
                bits.Write(code & 1, 1);
            }
        }

        public static int Read(int count, ref BitReader bits)
        {
            int value = (int)bits.Read(Width(count));
            return value < Short(count) ? value : ((value << 1) | (int)bits.Read(1)) - Short(count);
        }

        private static int Width(int count) => BitOperations.Log2((uint)count);

        private static int Short(int count) => (2 << Width(count)) - count;
    }
}
