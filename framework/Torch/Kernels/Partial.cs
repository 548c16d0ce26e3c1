using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Torch.Kernels;

/// <summary>Vectors at the end of a row, of which only some elements exist.</summary>
internal static unsafe class Partial
{
    /// <summary>The first <paramref name="count"/> elements, the rest 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Load(float* from, int count) => count >= Vector512<float>.Count ? Vector512.Load(from) : LoadFew(from, count);

    /// <summary>Writes the first <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector512<float> value, float* to, int count)
    {
        if (count >= Vector512<float>.Count)
        {
            value.Store(to);
        }
        else
        {
            StoreFew(value, to, count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadFew(float* from, int count)
    {
        float* whole = stackalloc float[Vector512<float>.Count];
        for (int i = 0; i < count; i++)
        {
            whole[i] = from[i];
        }

        return Vector512.Load(whole);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreFew(Vector512<float> value, float* to, int count)
    {
        float* whole = stackalloc float[Vector512<float>.Count];
        value.Store(whole);
        for (int i = 0; i < count; i++)
        {
            to[i] = whole[i];
        }
    }
}
