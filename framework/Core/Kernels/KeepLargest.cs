using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Of entries that were collected, leaves exactly the k largest magnitudes in their order; among equal ones the first stay.</summary>
public static unsafe class KeepLargest
{
    /// <param name="positions">Ascending.</param>
    /// <param name="values">As many.</param>
    /// <param name="count">Entries.</param>
    /// <param name="k">1 to <paramref name="count"/>.</param>
    /// <returns>Magnitude bits that those that stay reach.</returns>
    public static uint Invoke(int* positions, float* values, int count, int k)
    {
        uint limit = KthLargest.AtMost(new ReadOnlySpan<float>(values, count), k, enough: k, out int above, out int reaching);
        int ties = reaching == k ? k : k - above, taken = 0, i = 0;
        var mask = Vector512.Create(MagnitudeBits.Mask);
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var lanes = Vector512.Load(values + i);
            var magnitudes = lanes.AsUInt32() & mask;
            if (reaching > k && Vector512.EqualsAny(magnitudes, Vector512.Create(limit)))
            {
                for (int j = i; j < i + Vector512<float>.Count; j++)
                {
                    taken += KeepOne(positions, values, j, taken, limit, ref ties);
                }
            }
            else
            {
                taken += VectorCompaction.Append(
                    Vector512.GreaterThanOrEqual(magnitudes, Vector512.Create(limit)), positions + i, lanes, positions + taken, values + taken);
            }
        }

        for (; i < count; i++)
        {
            taken += KeepOne(positions, values, i, taken, limit, ref ties);
        }

        return limit;
    }

    private static int KeepOne(int* positions, float* values, int from, int to, uint limit, ref int ties)
    {
        float value = values[from];
        uint magnitude = MagnitudeBits.Of(value);
        (positions[to], values[to]) = (positions[from], value);
        return magnitude > limit || (magnitude == limit && ties-- > 0) ? 1 : 0;
    }
}
