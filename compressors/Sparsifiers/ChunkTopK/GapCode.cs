using System.Numerics;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;
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

    // A single choice is equally likely everywhere: one interval.
    private readonly int _interval = chosen == 1 ? places : Math.Max(1, (int)(Dividend((uint)places, (uint)chosen) / Divisor((uint)chosen)));

    /// <summary>Writes a gap.</summary>
    public void Write(int gap, ref BitAppender bits)
    {
        int intervals = gap / _interval, start = intervals * _interval, left = _count - start;
        for (int zeros = intervals; zeros > 0; zeros -= 32)
        {
            bits.Append(0, Math.Min(zeros, 32));
        }

        if (left > _interval)
        {
            bits.Append(1, 1);
        }

        int count = Math.Min(_interval, left), offset = gap - start, width = Width(count), few = Short(count);
        if (offset < few)
        {
            bits.Append((uint)offset, width);
        }
        else
        {
            uint code = (uint)(offset + few);
            bits.Append((code >> 1) | ((code & 1) << width), width + 1);
        }
    }

    /// <summary>Reads a gap, 0 to n − r whatever the bits are.</summary>
    public int Read(ref BitReader bits)
    {
        ulong window = bits.Peek();
        int intervals = BitOperations.TrailingZeroCount(window), start = intervals * _interval;
        if (intervals < 24 && _count - start > _interval)
        {
            // A marked end: at most 24 + 17 bits of the window, which has 56.
            return start + ReadOffset(_interval, window >> (intervals + 1), intervals + 1, ref bits);
        }

        start = 0;
        int left = _count;
        for (; left > _interval && bits.Read(1) == 0; left -= _interval)
        {
            start += _interval;
        }

        return start + ReadOffset(Math.Min(_interval, left), bits.Peek(), 0, ref bits);
    }

    /// <summary>Intervals of many gaps, not yet with 1 for the least.</summary>
    /// <param name="places">n of each.</param>
    /// <param name="chosen">r of each.</param>
    public static Vector512<int> IntervalsOf(Vector512<int> places, Vector512<int> chosen)
    {
        // In double precision, a half added to the dividend, no quotient is so near a whole number that rounding could matter.
        var (lowPlaces, highPlaces) = Vector512.Widen(Vector512.ConvertToSingle(places));
        var (lowChosen, highChosen) = Vector512.Widen(Vector512.ConvertToSingle(chosen));
        return Vector512.ConvertToInt32(Vector512.Narrow(Quotient(lowPlaces, lowChosen), Quotient(highPlaces, highChosen)));

        static Vector512<double> Quotient(Vector512<double> n, Vector512<double> r) =>
            Vector512.Floor(((710.0 * n) + (180.0 * r) + Vector512.Create(0.5)) / ((1024.0 * r) + Vector512.Create(358.0)));
    }

    // ln 2 · n/(r + 0.35) is the median for small r, and 0.18 more the switch from one interval to the next that is best for large ones.
    private static uint Dividend(uint places, uint chosen) => (710 * places) + (180 * chosen);

    private static uint Divisor(uint chosen) => (1024 * chosen) + 358;

    // A number below a count: the first few, so many that the count need not be a power of two, in a bit less than the others.
    private static int ReadOffset(int count, ulong window, int before, ref BitReader bits)
    {
        int width = Width(count), few = Short(count), value = (int)(window & ((1UL << width) - 1));
        bool isShort = value < few;
        bits.Skip(before + width + (isShort ? 0 : 1));
        return isShort ? value : ((value << 1) | (int)((window >> width) & 1)) - few;
    }

    private static int Width(int count) => BitOperations.Log2((uint)count);

    private static int Short(int count) => (2 << Width(count)) - count;
}
