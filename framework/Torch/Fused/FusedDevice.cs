using Compression.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>What the fused kernels can take; everything else goes the plain way.</summary>
internal static class FusedDevice
{
    /// <summary>Float32 tensors on the CPU.</summary>
    internal static bool Takes(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            if (tensor.device_type != DeviceType.CPU || tensor.dtype != ScalarType.Float32)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Indices that the kernels read in place: Int64 on the CPU.</summary>
    internal static bool TakesIndices(Tensor indices) =>
        indices.device_type == DeviceType.CPU && indices.dtype == ScalarType.Int64;

    /// <summary>The tensor that the gradient of a parameter is added into; null for autograd's way.</summary>
    internal static Tensor? Target(Tensor parameter, GradientPath path) => path == GradientPath.IntoGrad ? parameter.grad : null;
}
