using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index) =>
            LibTorch.New(LibTorch.ct_index_select(this, dim, index, out nint result), result);

        public Tensor gather(long dim, Tensor index) =>
            LibTorch.New(LibTorch.ct_gather(this, dim, index, sparseGrad: false, out nint result), result);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(LibTorch.ct_scatter_(this, dim, index, src));

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(LibTorch.ct_scatter_add_(this, dim, index, src));

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            InPlace(LibTorch.ct_index_add_(this, dim, index, source, alpha.Value));

        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            InPlace(LibTorch.ct_index_copy_(this, dim, index, source));

        /// <summary>One tensor of indices (or a mask) a leading dimension; null takes the whole dimension.</summary>
        public Tensor index(params Tensor?[] indices)
        {
            Tensor picked = LibTorch.New(LibTorch.ct_index(this, TensorList.Handles(indices), indices.Length, out nint result), result);
            GC.KeepAlive(indices);
            return picked;
        }

        public Tensor index_put_(Tensor value, params Tensor?[] indices) => index_put_(value, indices, accumulate: false);

        /// <summary>Writes, or adds where <paramref name="accumulate"/> is set, at the entries that <see cref="index"/> would take.</summary>
        public Tensor index_put_(Tensor value, Tensor?[] indices, bool accumulate = false)
        {
            LibTorch.Check(LibTorch.ct_index_put_(this, TensorList.Handles(indices), indices.Length, value, accumulate));
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor masked_select(Tensor mask) => LibTorch.New(LibTorch.ct_masked_select(this, mask, out nint result), result);

        public Tensor nonzero() => LibTorch.New(LibTorch.ct_nonzero(this, out nint result), result);

        public Tensor masked_fill(Tensor mask, Scalar value) =>
            LibTorch.New(LibTorch.ct_masked_fill(this, mask, value.Value, out nint result), result);

        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace(LibTorch.ct_masked_fill_(this, mask, value.Value));
    }
}
