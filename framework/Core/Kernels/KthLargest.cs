using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// The k-th largest magnitude: a search between the least and the greatest that counts, in each of at most 17 passes, the entries at or above
/// three thresholds. Nothing is moved, and no data makes it slower.
/// </summary>
public static class KthLargest
{
    /// <summary>Magnitude bits m such that at most k−1 entries lie above m and at least k lie at or above it.</summary>
    /// <param name="values">The entries.</param>
    /// <param name="k">1 to the number of entries.</param>
    /// <param name="above">How many entries lie above m.</param>
    public static uint Invoke(ReadOnlySpan<float> values, int k, out int above) => Search(values, k, enough: 0, out above, out _);

    /// <summary>
    /// Magnitude bits that at least k entries reach, and no more than <paramref name="enough"/>, so that the search ends early; only where too many
    /// are equal, more.
    /// </summary>
    /// <param name="values">The entries.</param>
    /// <param name="k">1 to the number of entries.</param>
    /// <param name="enough">k or more.</param>
    /// <param name="above">How many entries lie above, where more than <paramref name="enough"/> reach it.</param>
    /// <param name="reaching">How many entries reach it.</param>
    public static uint AtMost(ReadOnlySpan<float> values, int k, int enough, out int above, out int reaching) => Search(values, k, enough, out above, out reaching);

    [SkipLocalsInit]
    private static uint Search(ReadOnlySpan<float> values, int k, int enough, out int above, out int reaching)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<uint>>(values);
        var rest = Rest(values[(vectors.Length * Vector512<uint>.Count)..]);

        // `reaching` entries, k or more, lie at or above low; fewer than k, `above`, at or above high.
        var (low, high) = Ends(values, vectors);
        high++;
        (above, reaching) = (0, values.Length);
        while (high - low > 1 && reaching > enough)
        {
            uint width = high - low, quarter = Math.Max(1, width / 4);
            uint first = low + quarter, second = Math.Min(high, first + quarter), third = Math.Min(high, second + quarter);
            var (atFirst, atSecond, atThird) = Count(vectors, rest, first, second, third);
            if (atThird >= k && third < high)
            {
                (low, reaching) = (third, atThird);
            }
            else if (atSecond >= k && second < high)
            {
                (low, reaching) = (second, atSecond);
                (high, above) = third < high ? (third, atThird) : (high, above);
            }
            else if (atFirst >= k)
            {
                (low, reaching) = (first, atFirst);
                (high, above) = second < high ? (second, atSecond) : (high, above);
            }
            else
            {
                (high, above) = (first, atFirst);
            }
        }

        return low;
    }

    private static (uint Least, uint Greatest) Ends(ReadOnlySpan<float> values, ReadOnlySpan<Vector512<uint>> vectors)
    {
        var mask = Vector512.Create(MagnitudeBits.Mask);
        var (least, greatest) = (mask, Vector512<uint>.Zero);
        foreach (var vector in vectors)
        {
            least = Vector512.Min(least, vector & mask);
            greatest = Vector512.Max(greatest, vector & mask);
        }

        var (low, high) = (MagnitudeBits.Mask, 0u);
        for (int lane = 0; lane < Vector512<uint>.Count && !vectors.IsEmpty; lane++)
        {
            (low, high) = (Math.Min(low, least[lane]), Math.Max(high, greatest[lane]));
        }

        foreach (float value in values[(vectors.Length * Vector512<uint>.Count)..])
        {
            (low, high) = (Math.Min(low, MagnitudeBits.Of(value)), Math.Max(high, MagnitudeBits.Of(value)));
        }

        return (low, high);
    }

    // The last entries, filled up with zeros: no threshold that is counted is so low.
    private static Vector512<uint> Rest(ReadOnlySpan<float> values)
    {
        Span<float> lanes = stackalloc float[Vector512<float>.Count];
        lanes.Clear();
        values.CopyTo(lanes);
        return Vector512.Create<float>(lanes).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int First, int Second, int Third) Count(ReadOnlySpan<Vector512<uint>> vectors, Vector512<uint> rest, uint first, uint second, uint third)
    {
        var mask = Vector512.Create(MagnitudeBits.Mask);
        var (limitA, limitB, limitC) = (Vector512.Create(first), Vector512.Create(second), Vector512.Create(third));

        // A comparison that holds is −1.
        rest &= mask;
        var a = -Vector512.GreaterThanOrEqual(rest, limitA);
        var b = -Vector512.GreaterThanOrEqual(rest, limitB);
        var c = -Vector512.GreaterThanOrEqual(rest, limitC);
        foreach (var vector in vectors)
        {
            var magnitudes = vector & mask;
            a -= Vector512.GreaterThanOrEqual(magnitudes, limitA);
            b -= Vector512.GreaterThanOrEqual(magnitudes, limitB);
            c -= Vector512.GreaterThanOrEqual(magnitudes, limitC);
        }

        return ((int)Vector512.Sum(a), (int)Vector512.Sum(b), (int)Vector512.Sum(c));
    }
}
