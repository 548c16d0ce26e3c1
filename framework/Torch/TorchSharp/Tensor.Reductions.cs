using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor max() => LibTorch.New(LibTorch.ct_max(this, out nint result), result);

        public Tensor min() => LibTorch.New(LibTorch.ct_min(this, out nint result), result);

        public Tensor max(Tensor other) => LibTorch.New(LibTorch.ct_maximum(this, other, out nint result), result);

        public Tensor min(Tensor other) => LibTorch.New(LibTorch.ct_minimum(this, other, out nint result), result);

        public Tensor any() => LibTorch.New(LibTorch.ct_any(this, out nint result), result);

        public Tensor all() => LibTorch.New(LibTorch.ct_all(this, out nint result), result);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_max_dim(this, dim, keepdim, out nint values, out nint indices), values, indices);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_min_dim(this, dim, keepdim, out nint values, out nint indices), values, indices);

        public Tensor any(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_any_dim(this, dim, keepdim, out nint result), result);

        public Tensor all(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_all_dim(this, dim, keepdim, out nint result), result);

        public Tensor argmax() => LibTorch.New(LibTorch.ct_argmax(this, out nint result), result);

        public Tensor argmin() => LibTorch.New(LibTorch.ct_argmin(this, out nint result), result);

        public Tensor argmax(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_argmax_dim(this, dim, keepdim, out nint result), result);

        public Tensor argmin(long dim, bool keepdim = false) =>
            LibTorch.New(LibTorch.ct_argmin_dim(this, dim, keepdim, out nint result), result);

        public Tensor sum(ScalarType? type = null) =>
            LibTorch.New(LibTorch.ct_sum(this, (int?)type ?? -1, out nint result), result);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum(dim.AsSpan(), keepdim, type);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            LibTorch.New(LibTorch.ct_sum_dims(this, dim, dim.Length, keepdim, (int?)type ?? -1, out nint result), result);

        /// <summary>Over one dimension. Name the argument when it is a literal 0, which C# would take for a type.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1, dim2], keepdim, type);

        public Tensor mean() => LibTorch.New(LibTorch.ct_mean(this, out nint result), result);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            LibTorch.New(LibTorch.ct_mean_dims(this, dimensions, dimensions.Length, keepdim, (int?)type ?? -1, out nint result), result);

        public Tensor var(bool unbiased = true) => LibTorch.New(LibTorch.ct_var(this, unbiased, out nint result), result);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            Tensor result = LibTorch.New(
                LibTorch.ct_var_dims(this, dimensions, dimensions.Length, unbiased, keepdim, out nint handle), handle);
            return type is { } wanted ? result.to(wanted, disposeAfter: true) : result;
        }

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        public Tensor std(bool unbiased = true) => LibTorch.New(LibTorch.ct_std(this, unbiased, out nint result), result);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.AsSpan(), unbiased, keepdim, type);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null)
        {
            Tensor result = LibTorch.New(
                LibTorch.ct_std_dims(this, dimensions, dimensions.Length, unbiased, keepdim, out nint handle), handle);
            return type is { } wanted ? result.to(wanted, disposeAfter: true) : result;
        }

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2) => LibTorch.New(LibTorch.ct_norm(this, p, out nint result), result);

        public Tensor norm(int dim, bool keepdim = false, float p = 2) =>
            LibTorch.New(LibTorch.ct_norm_dim(this, dim, keepdim, p, out nint result), result);

        public Tensor cumsum(long dim, ScalarType? type = null) =>
            LibTorch.New(LibTorch.ct_cumsum(this, dim, (int?)type ?? -1, out nint result), result);

        /// <summary>The k largest (or smallest) along a dimension.</summary>
        public (Tensor values, Tensor indices) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            LibTorch.New(LibTorch.ct_topk(this, k, dim, largest, sorted, out nint values, out nint indices), values, indices);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            LibTorch.New(LibTorch.ct_sort(this, dim, descending, stable, out nint values, out nint indices), values, indices);

        public Tensor softmax(long dim, ScalarType? dtype = null) =>
            LibTorch.New(LibTorch.ct_softmax(this, dim, (int?)dtype ?? -1, out nint result), result);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) =>
            LibTorch.New(LibTorch.ct_log_softmax(this, dim, (int?)dtype ?? -1, out nint result), result);
    }
}
