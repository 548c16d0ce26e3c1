using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Sums, extremes, norms, order statistics. The functions of <c>native/reductions.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_max(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_min(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_any(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_all(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sum(Tensor self, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sum_dims(Tensor self, ReadOnlySpan<long> dims, long count,
        [MarshalAs(UnmanagedType.U1)] bool keepdim, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_mean(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_mean_dims(Tensor self, ReadOnlySpan<long> dims, long count,
        [MarshalAs(UnmanagedType.U1)] bool keepdim, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_var(Tensor self, [MarshalAs(UnmanagedType.U1)] bool unbiased, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_var_dims(Tensor self, ReadOnlySpan<long> dims, long count,
        [MarshalAs(UnmanagedType.U1)] bool unbiased, [MarshalAs(UnmanagedType.U1)] bool keepdim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_std(Tensor self, [MarshalAs(UnmanagedType.U1)] bool unbiased, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_std_dims(Tensor self, ReadOnlySpan<long> dims, long count,
        [MarshalAs(UnmanagedType.U1)] bool unbiased, [MarshalAs(UnmanagedType.U1)] bool keepdim, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_norm(Tensor self, double p, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_norm_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim, double p,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_logsumexp(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_cumsum(Tensor self, long dim, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_any_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_all_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_argmax(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_argmin(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_argmax_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_argmin_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_max_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint values, out nint indices);

    [LibraryImport(Library)]
    internal static partial int ct_min_dim(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool keepdim,
        out nint values, out nint indices);

    [LibraryImport(Library)]
    internal static partial int ct_topk(Tensor self, long k, long dim, [MarshalAs(UnmanagedType.U1)] bool largest,
        [MarshalAs(UnmanagedType.U1)] bool sorted, out nint values, out nint indices);

    [LibraryImport(Library)]
    internal static partial int ct_sort(Tensor self, long dim, [MarshalAs(UnmanagedType.U1)] bool descending,
        [MarshalAs(UnmanagedType.U1)] bool stable, out nint values, out nint indices);

    [LibraryImport(Library)]
    internal static partial int ct_searchsorted(Tensor sorted, Tensor values,
        [MarshalAs(UnmanagedType.U1)] bool outInt32, [MarshalAs(UnmanagedType.U1)] bool right, Tensor? sorter,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_unique(Tensor self, [MarshalAs(UnmanagedType.U1)] bool sorted,
        [MarshalAs(UnmanagedType.U1)] bool returnInverse, [MarshalAs(UnmanagedType.U1)] bool returnCounts,
        [MarshalAs(UnmanagedType.U1)] bool hasDim, long dim, out nint values, out nint inverse, out nint counts);
}
