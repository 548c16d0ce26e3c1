using System.Runtime.Intrinsics;

namespace Compression.Torch.Kernels;

/// <summary>Σ a·b in sixteen sums, so that the width of vectors does not change a bit.</summary>
internal static unsafe class DotProduct
{
    internal static float Of(float* a, float* b, int count)
    {
        var sums = Vector512<float>.Zero;
        for (int j = 0; j < count; j += Vector512<float>.Count)
        {
            sums = Vector512.FusedMultiplyAdd(Partial.Load(a + j, count - j), Partial.Load(b + j, count - j), sums);
        }

        return Vector512.Sum(sums);
    }
}
