using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Looks for a value that has all bits of a mask set: an exponent of ones marks infinities and NaN.</summary>
public static class AnyMasked
{
    /// <param name="values">Any length.</param>
    /// <param name="mask">The bits.</param>
    public static bool Invoke(ReadOnlySpan<ushort> values, ushort mask)
    {
        var wanted = Vector512.Create(mask);
        var vectors = MemoryMarshal.Cast<ushort, Vector512<ushort>>(values);
        foreach (var vector in vectors)
        {
            if (Vector512.EqualsAny(vector & wanted, wanted))
            {
                return true;
            }
        }

        foreach (ushort value in values[(vectors.Length * Vector512<ushort>.Count)..])
        {
            if ((value & mask) == mask)
            {
                return true;
            }
        }

        return false;
    }
}
