using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) =>
            LibTorch.New(LibTorch.ct_view(this, shape, shape.Length, out nint result), result);

        public Tensor view_as(Tensor other) => view(other.shape);

        public Tensor reshape(params long[] shape) =>
            LibTorch.New(LibTorch.ct_reshape(this, shape, shape.Length, out nint result), result);

        public Tensor permute(params long[] permutation) =>
            LibTorch.New(LibTorch.ct_permute(this, permutation, permutation.Length, out nint result), result);

        public Tensor permute(IEnumerable<long> permutation) => permute([.. permutation]);

        public Tensor repeat(params long[] sizes) =>
            LibTorch.New(LibTorch.ct_repeat(this, sizes, sizes.Length, out nint result), result);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) =>
            LibTorch.New(LibTorch.ct_expand(this, sizes, sizes.Length, isImplicit, out nint result), result);

        public Tensor expand(long[] sizes, bool isImplicit = false) => expand(sizes.AsSpan(), isImplicit);

        public Tensor expand(params long[] sizes) => expand(sizes.AsSpan());

        public Tensor expand_as(Tensor other) => expand(other.shape.AsSpan());

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            LibTorch.New(LibTorch.ct_as_strided(this, size, strides, size.Length, storageOffset, out nint result), result);

        public Tensor roll(long shifts, long? dims = null) => dims is { } dim ? roll([shifts], [dim]) : roll([shifts]);

        public Tensor roll(long[] shifts, long[] dims) => roll(shifts.AsSpan(), dims);

        public Tensor roll(long[] shifts) => roll(shifts.AsSpan());

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            LibTorch.New(LibTorch.ct_roll(this, shifts, shifts.Length, dims, dims.Length, out nint result), result);

        public Tensor t() => LibTorch.New(LibTorch.ct_t(this, out nint result), result);

        public Tensor transpose(long dim0, long dim1) =>
            LibTorch.New(LibTorch.ct_transpose(this, dim0, dim1, out nint result), result);

        /// <summary>A view of <paramref name="length"/> entries of a dimension.</summary>
        public Tensor narrow(long dim, long start, long length) =>
            LibTorch.New(LibTorch.ct_narrow(this, dim, start, length, out nint result), result);

        /// <summary>A view of every <paramref name="step"/>-th entry from start up to, without, finish.</summary>
        public Tensor slice(long dim, long start, long finish, long step) =>
            LibTorch.New(LibTorch.ct_slice(this, dim, start, finish, step, out nint result), result);

        /// <summary>A view of one entry of a dimension, which goes away.</summary>
        public Tensor select(long dim, long index) => LibTorch.New(LibTorch.ct_select(this, dim, index, out nint result), result);

        public Tensor squeeze(long? dim = null) => dim is { } only
            ? LibTorch.New(LibTorch.ct_squeeze_dim(this, only, out nint one), one)
            : LibTorch.New(LibTorch.ct_squeeze(this, out nint all), all);

        public Tensor unsqueeze(long dim) => LibTorch.New(LibTorch.ct_unsqueeze(this, dim, out nint result), result);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            LibTorch.New(LibTorch.ct_flatten(this, start_dim, end_dim, out nint result), result);

        public unsafe Tensor[] chunk(long chunks, long dim = 0)
        {
            var handles = new nint[chunks];
            fixed (nint* place = handles)
            {
                LibTorch.Check(LibTorch.ct_chunk(this, chunks, dim, place, chunks, out long count));
                return TensorList.Wrap(handles.AsSpan(0, (int)count));
            }
        }

        /// <summary>Parts of <paramref name="size"/> entries; the last may be shorter.</summary>
        public unsafe Tensor[] split(long size, int dim = 0)
        {
            long[] sizes = shape;
            long entries = sizes.Length == 0 ? 1 : sizes[dim < 0 ? dim + sizes.Length : dim];
            var handles = new nint[Math.Max(1, (entries + Math.Max(1, size) - 1) / Math.Max(1, size))];
            fixed (nint* place = handles)
            {
                LibTorch.Check(LibTorch.ct_split(this, size, dim, place, handles.Length, out long count));
                return TensorList.Wrap(handles.AsSpan(0, (int)count));
            }
        }

        /// <summary>Parts of the sizes given, which add up to the dimension.</summary>
        public unsafe Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            var handles = new nint[sizes.Length];
            fixed (nint* place = handles)
            {
                LibTorch.Check(LibTorch.ct_split_sizes(this, sizes, sizes.Length, dim, place, handles.Length, out long count));
                return TensorList.Wrap(handles.AsSpan(0, (int)count));
            }
        }

        public Tensor[] split(long[] sizes, long dim = 0) => split(sizes.AsSpan(), dim);

        public Tensor tril(long diagonal = 0) => LibTorch.New(LibTorch.ct_tril(this, diagonal, out nint result), result);

        public Tensor triu(long diagonal = 0) => LibTorch.New(LibTorch.ct_triu(this, diagonal, out nint result), result);
    }
}
