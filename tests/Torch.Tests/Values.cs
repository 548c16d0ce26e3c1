using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Tensors as arrays.</summary>
internal static class Values
{
    public static float[] Floats(Tensor tensor)
    {
        using Tensor dense = tensor.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
    }
}
