using System.Runtime.InteropServices;

namespace Compression.Core.Kernels;

/// <summary>The k-th largest magnitude by a radix selection: three passes over histograms of 11, 11 and 9 bits, linear in the worst case.</summary>
public static class KthLargest
{
    private const uint MagnitudeMask = 0x7FFFFFFF;

    /// <summary>Magnitude bits m such that at most k−1 entries lie above m and at least k lie at or above it.</summary>
    /// <param name="values">The entries, or where <paramref name="positions"/> are given, what they point into.</param>
    /// <param name="positions">Which entries take part; empty for all.</param>
    /// <param name="k">1 to the number of entries.</param>
    /// <param name="above">How many entries lie above m.</param>
    public static uint Invoke(ReadOnlySpan<float> values, ReadOnlySpan<int> positions, int k, out int above)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        Span<int> histogram = stackalloc int[1 << 11];
        uint prefix = 0, prefixMask = 0;
        above = 0;
        foreach (var (shift, width) in (ReadOnlySpan<(int, int)>)[(20, 11), (9, 11), (0, 9)])
        {
            histogram.Clear();
            uint digitMask = (1u << width) - 1;
            if (positions.IsEmpty)
            {
                foreach (uint value in bits)
                {
                    uint magnitude = value & MagnitudeMask;
                    if ((magnitude & prefixMask) == prefix)
                    {
                        histogram[(int)((magnitude >> shift) & digitMask)]++;
                    }
                }
            }
            else
            {
                foreach (int position in positions)
                {
                    uint magnitude = bits[position] & MagnitudeMask;
                    if ((magnitude & prefixMask) == prefix)
                    {
                        histogram[(int)((magnitude >> shift) & digitMask)]++;
                    }
                }
            }

            int digit = (int)digitMask;
            while (above + histogram[digit] < k)
            {
                above += histogram[digit--];
            }

            prefix |= (uint)digit << shift;
            prefixMask |= digitMask << shift;
        }

        return prefix;
    }
}
