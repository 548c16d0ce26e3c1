using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Creation, metadata, memory, copies. The functions of <c>native/tensors.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_dispose(nint self);

    [LibraryImport(Library)]
    internal static partial int ct_empty(ReadOnlySpan<long> sizes, long ndim, int type, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_zeros(ReadOnlySpan<long> sizes, long ndim, int type, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_ones(ReadOnlySpan<long> sizes, long ndim, int type, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_full(ReadOnlySpan<long> sizes, long ndim, NativeScalar value, int type,
        int deviceType, int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_arange(NativeScalar start, NativeScalar stop, NativeScalar step, int type,
        int deviceType, int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_linspace(double start, double end, long steps, int type, int deviceType,
        int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_like(Tensor self, int kind, int type, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_from_memory(void* data, ReadOnlySpan<long> sizes, long ndim, int type,
        int wantedType, int deviceType, int deviceIndex, [MarshalAs(UnmanagedType.U1)] bool requiresGrad,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sizes(Tensor self, long* sizes, long capacity, out long ndim);

    [LibraryImport(Library)]
    internal static partial int ct_strides(Tensor self, long* strides, long capacity, out long ndim);

    [LibraryImport(Library)]
    internal static partial int ct_numel(Tensor self, out long result);

    [LibraryImport(Library)]
    internal static partial int ct_storage_offset(Tensor self, out long result);

    [LibraryImport(Library)]
    internal static partial int ct_element_size(Tensor self, out long result);

    [LibraryImport(Library)]
    internal static partial int ct_scalar_type(Tensor self, out int result);

    [LibraryImport(Library)]
    internal static partial int ct_device(Tensor self, out int type, out int index);

    [LibraryImport(Library)]
    internal static partial int ct_is_contiguous(Tensor self, out int result);

    [LibraryImport(Library)]
    internal static partial int ct_data(Tensor self, out nint data, out long bytes);

    [LibraryImport(Library)]
    internal static partial int ct_item_double(Tensor self, out double result);

    [LibraryImport(Library)]
    internal static partial int ct_item_long(Tensor self, out long result);

    [LibraryImport(Library)]
    internal static partial int ct_to(Tensor self, int type, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool copy, [MarshalAs(UnmanagedType.U1)] bool nonBlocking, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_copy_(Tensor self, Tensor source, [MarshalAs(UnmanagedType.U1)] bool nonBlocking);

    [LibraryImport(Library)]
    internal static partial int ct_set_(Tensor self, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ct_fill_(Tensor self, NativeScalar value);

    [LibraryImport(Library)]
    internal static partial int ct_clone(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_contiguous(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_alias(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_zero_(Tensor self);
}
