using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>Shifts of which each lane has its own count.</summary>
public static class VectorShift
{
    /// <summary>Each lane shifted to the left.</summary>
    /// <param name="values">The lanes.</param>
    /// <param name="counts">0 to 31 each.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Left(Vector512<uint> values, Vector512<uint> counts)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ShiftLeftLogicalVariable(values, counts);
        }

        if (Avx2.IsSupported)
        {
            return Vector512.Create(
                Avx2.ShiftLeftLogicalVariable(values.GetLower(), counts.GetLower()), Avx2.ShiftLeftLogicalVariable(values.GetUpper(), counts.GetUpper()));
        }

        var result = Vector512<uint>.Zero;
        for (int lane = 0; lane < Vector512<uint>.Count; lane++)
        {
            result = result.WithElement(lane, values.GetElement(lane) << (int)counts.GetElement(lane));
        }

        return result;
    }
}
