using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Gradients and modes of differentiation. The functions of <c>native/autograd.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_grad_enabled(out int result);

    [LibraryImport(Library)]
    internal static partial int ct_set_grad_enabled([MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library)]
    internal static partial int ct_inference_mode_enter([MarshalAs(UnmanagedType.U1)] bool enabled, out nint guard);

    [LibraryImport(Library)]
    internal static partial int ct_inference_mode_leave(nint guard);

    [LibraryImport(Library)]
    internal static partial int ct_requires_grad(Tensor self, out int result);

    [LibraryImport(Library)]
    internal static partial int ct_set_requires_grad(Tensor self, [MarshalAs(UnmanagedType.U1)] bool requiresGrad);

    [LibraryImport(Library)]
    internal static partial int ct_is_leaf(Tensor self, out int result);

    [LibraryImport(Library)]
    internal static partial int ct_grad(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_set_grad(Tensor self, Tensor? grad);

    [LibraryImport(Library)]
    internal static partial int ct_set_data(Tensor self, Tensor data);

    [LibraryImport(Library)]
    internal static partial int ct_detach(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_detach_(Tensor self);

    [LibraryImport(Library)]
    internal static partial int ct_backward(Tensor self, ReadOnlySpan<nint> gradients, long gradientCount,
        [MarshalAs(UnmanagedType.U1)] bool retainGraph, [MarshalAs(UnmanagedType.U1)] bool createGraph,
        ReadOnlySpan<nint> inputs, long inputCount);

    [LibraryImport(Library)]
    internal static partial int ct_backward_from(ReadOnlySpan<nint> roots, ReadOnlySpan<nint> gradients, long count);

    [LibraryImport(Library)]
    internal static partial int ct_gradient_hook_add(Tensor self, delegate* unmanaged[Cdecl]<nint, int, void> callback,
        nint context, int index, out nint registration);

    [LibraryImport(Library)]
    internal static partial int ct_gradient_hook_remove(nint registration);
}
