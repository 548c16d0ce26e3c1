using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Views, joins, indexing, masks. The functions of <c>native/shape.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_view(Tensor self, ReadOnlySpan<long> sizes, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_reshape(Tensor self, ReadOnlySpan<long> sizes, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_permute(Tensor self, ReadOnlySpan<long> dims, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_repeat(Tensor self, ReadOnlySpan<long> times, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_expand(Tensor self, ReadOnlySpan<long> sizes, long count,
        [MarshalAs(UnmanagedType.U1)] bool isImplicit, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_as_strided(Tensor self, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides,
        long count, long offset, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_roll(Tensor self, ReadOnlySpan<long> shifts, long shiftCount,
        ReadOnlySpan<long> dims, long dimCount, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_transpose(Tensor self, long dim0, long dim1, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_t(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_narrow(Tensor self, long dim, long start, long length, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_slice(Tensor self, long dim, long start, long finish, long step, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_select(Tensor self, long dim, long index, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_squeeze(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_squeeze_dim(Tensor self, long dim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_unsqueeze(Tensor self, long dim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_flatten(Tensor self, long start, long end, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_cat(ReadOnlySpan<nint> tensors, long count, long dim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_stack(ReadOnlySpan<nint> tensors, long count, long dim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_chunk(Tensor self, long chunks, long dim, nint* result, long capacity,
        out long count);

    [LibraryImport(Library)]
    internal static partial int ct_split(Tensor self, long size, long dim, nint* result, long capacity, out long count);

    [LibraryImport(Library)]
    internal static partial int ct_split_sizes(Tensor self, ReadOnlySpan<long> sizes, long sizeCount, long dim,
        nint* result, long capacity, out long count);

    [LibraryImport(Library)]
    internal static partial int ct_index_select(Tensor self, long dim, Tensor index, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_gather(Tensor self, long dim, Tensor index,
        [MarshalAs(UnmanagedType.U1)] bool sparseGrad, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_scatter_(Tensor self, long dim, Tensor index, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ct_scatter_add_(Tensor self, long dim, Tensor index, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ct_index_add_(Tensor self, long dim, Tensor index, Tensor source, NativeScalar alpha);

    [LibraryImport(Library)]
    internal static partial int ct_index_copy_(Tensor self, long dim, Tensor index, Tensor source);

    [LibraryImport(Library)]
    internal static partial int ct_index(Tensor self, ReadOnlySpan<nint> indices, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_index_put_(Tensor self, ReadOnlySpan<nint> indices, long count, Tensor value,
        [MarshalAs(UnmanagedType.U1)] bool accumulate);

    [LibraryImport(Library)]
    internal static partial int ct_masked_select(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_nonzero(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_masked_fill(Tensor self, Tensor mask, NativeScalar value, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_masked_fill_(Tensor self, Tensor mask, NativeScalar value);

    [LibraryImport(Library)]
    internal static partial int ct_tril(Tensor self, long diagonal, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_triu(Tensor self, long diagonal, out nint result);
}
