using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Training.Tests;

internal static class TensorValues
{
    /// <summary>The elements of a float32 tensor, row by row.</summary>
    public static float[] Floats(this Tensor tensor)
    {
        using var noGradient = no_grad();
        using var contiguous = tensor.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(contiguous.bytes).ToArray();
    }
}
