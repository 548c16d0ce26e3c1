using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// The k-th largest magnitude: a search over the 31 magnitude bits that counts, in each of at most 16 passes, the entries at or above
/// three thresholds. Nothing is moved, and no data makes it slower.
/// </summary>
public static class KthLargest
{
    /// <summary>Magnitude bits m such that at most k−1 entries lie above m and at least k lie at or above it.</summary>
    /// <param name="values">The entries.</param>
    /// <param name="k">1 to the number of entries.</param>
    /// <param name="above">How many entries lie above m.</param>
    public static uint Invoke(ReadOnlySpan<float> values, int k, out int above)
    {
        // At least k entries lie at or above low, fewer than k (exactly `above`) at or above high.
        uint low = 0, high = MagnitudeBits.Mask + 1;
        above = 0;
        while (high - low > 1)
        {
            uint width = high - low, quarter = Math.Max(1, width / 4);
            uint first = low + quarter, second = Math.Min(high, first + quarter), third = Math.Min(high, second + quarter);
            var (atFirst, atSecond, atThird) = Count(values, first, second, third);
            if (atThird >= k && third < high)
            {
                low = third;
            }
            else if (atSecond >= k && second < high)
            {
                (low, high, above) = third < high ? (second, third, atThird) : (second, high, above);
            }
            else if (atFirst >= k)
            {
                (low, high, above) = second < high ? (first, second, atSecond) : (first, high, above);
            }
            else
            {
                (high, above) = (first, atFirst);
            }
        }

        return low;
    }

    private static (int First, int Second, int Third) Count(ReadOnlySpan<float> values, uint first, uint second, uint third)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<uint>>(values);
        var (a, b, c) = (Vector512<uint>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero);
        var mask = Vector512.Create(MagnitudeBits.Mask);
        var (limitA, limitB, limitC) = (Vector512.Create(first), Vector512.Create(second), Vector512.Create(third));
        foreach (var vector in vectors)
        {
            var magnitudes = vector & mask;

            // A comparison that holds is −1.
            a -= Vector512.GreaterThanOrEqual(magnitudes, limitA);
            b -= Vector512.GreaterThanOrEqual(magnitudes, limitB);
            c -= Vector512.GreaterThanOrEqual(magnitudes, limitC);
        }

        var (atFirst, atSecond, atThird) = ((int)Vector512.Sum(a), (int)Vector512.Sum(b), (int)Vector512.Sum(c));
        foreach (float value in values[(vectors.Length * Vector512<uint>.Count)..])
        {
            uint magnitude = MagnitudeBits.Of(value);
            atFirst += magnitude >= first ? 1 : 0;
            atSecond += magnitude >= second ? 1 : 0;
            atThird += magnitude >= third ? 1 : 0;
        }

        return (atFirst, atSecond, atThird);
    }
}
