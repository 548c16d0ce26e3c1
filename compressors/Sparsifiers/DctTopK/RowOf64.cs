using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>Rows of 64 floats, four vectors, in which tiles are transformed: those of a narrower tile are filled up.</summary>
internal static unsafe class RowOf64
{
    /// <summary>Floats of a row.</summary>
    public const int Length = 64;

    /// <summary>Floats of a vector, and of a cache line.</summary>
    public const int Lanes = 16;

    /// <summary>The first cache line that begins at an address or up to 15 floats after it.</summary>
    public static float* Align(float* address) => (float*)(((nuint)address + 63) & ~(nuint)63);

    /// <summary>Writes a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* row)
    {
        a.Store(row);
        b.Store(row + Lanes);
        c.Store(row + (2 * Lanes));
        d.Store(row + (3 * Lanes));
    }
}
