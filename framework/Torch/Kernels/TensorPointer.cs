using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Kernels;

/// <summary>Addresses of tensors' memory, for kernels. They hold as long as the tensor does.</summary>
internal static unsafe class TensorPointer
{
    /// <summary>Of a contiguous Float32 tensor on the host.</summary>
    internal static float* Floats(Tensor tensor) => (float*)Address(tensor);

    /// <summary>Of a contiguous Int64 tensor on the host.</summary>
    internal static long* Longs(Tensor tensor) => (long*)Address(tensor);

    /// <summary>Of a contiguous Float64 tensor on the host.</summary>
    internal static double* Doubles(Tensor tensor) => (double*)Address(tensor);

    private static void* Address(Tensor tensor)
    {
        if (tensor.numel() * tensor.ElementSize <= int.MaxValue)
        {
            return Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        }

        // A span ends at 2 GB: the first element has the address as well.
        using Tensor flat = tensor.view(-1);
        using Tensor first = flat.narrow(0, 0, 1);
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
