using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor abs(Tensor input) => input.abs();

    public static Tensor exp(Tensor input) => input.exp();

    public static Tensor log(Tensor input) => input.log();

    public static Tensor sqrt(Tensor input) => input.sqrt();

    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    public static Tensor tanh(Tensor input) => input.tanh();

    public static Tensor nonzero(Tensor input) => input.nonzero();

    public static Tensor sin(Tensor input) => LibTorch.New(LibTorch.ct_sin(input, out nint result), result);

    public static Tensor cos(Tensor input) => LibTorch.New(LibTorch.ct_cos(input, out nint result), result);

    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);

    public static Tensor matmul(Tensor input, Tensor target) => input.matmul(target);

    public static Tensor mm(Tensor input, Tensor target) => input.mm(target);

    public static Tensor bmm(Tensor input, Tensor batch2) => input.bmm(batch2);

    public static Tensor outer(Tensor input, Tensor vec2) =>
        LibTorch.New(LibTorch.ct_outer(input, vec2, out nint result), result);

    public static Tensor addmm(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) =>
        input.addmm(mat1, mat2, beta, alpha);

    /// <summary>Sums of products in Einstein's notation, such as "ibnd,jbnd->ijbn".</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors)
    {
        Tensor value = LibTorch.New(
            LibTorch.ct_einsum(equation, TensorList.Handles(tensors), tensors.Length, out nint result), result);
        GC.KeepAlive(tensors);
        return value;
    }

    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat([.. tensors], dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat(tensors.AsSpan(), dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0)
    {
        Tensor value = LibTorch.New(LibTorch.ct_cat(TensorList.Handles(tensors), tensors.Length, dim, out nint result), result);
        foreach (Tensor tensor in tensors)
        {
            GC.KeepAlive(tensor);
        }

        return value;
    }

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        Tensor[] list = [.. tensors];
        Tensor value = LibTorch.New(LibTorch.ct_stack(TensorList.Handles(list), list.Length, dim, out nint result), result);
        GC.KeepAlive(list);
        return value;
    }

    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) => input.chunk(chunks, dim);

    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) =>
        tensor.split(split_size_or_sections, dim);

    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);

    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) =>
        LibTorch.New(LibTorch.ct_gather(input, dim, index, sparse_grad, out nint result), result);

    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) =>
        LibTorch.New(LibTorch.ct_where(condition, x, y, out nint result), result);

    public static Tensor tril(Tensor input, long diagonal = 0) => input.tril(diagonal);

    public static Tensor triu(Tensor input, long diagonal = 0) => input.triu(diagonal);

    public static Tensor sum(Tensor input, ScalarType? type = null) => input.sum(type);

    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
        input.sum(dim, keepdim, type);

    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) =>
        input.sum(dim, keepdim, type);

    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) => input.cumsum(dim, type);

    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) =>
        LibTorch.New(LibTorch.ct_logsumexp(input, dim, keepdim, out nint result), result);

    public static Tensor norm(Tensor input) => input.norm();

    public static Tensor norm(Tensor input, float p = 2) => input.norm(p);

    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2) => input.norm(dimension, keepdim, p);

    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    public static (Tensor values, Tensor indices) topk(
        Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) => tensor.topk(k, dim, largest, sorted);

    /// <summary>Where each value would be inserted to keep the sequence sorted.</summary>
    public static Tensor searchsorted(
        Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        LibTorch.New(LibTorch.ct_searchsorted(sorted_sequence, values, out_int32, right, sorter, out nint result), result);

    /// <summary>The different values; those parts that were not asked for are null.</summary>
    public static (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(
        Tensor input, bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
    {
        (Tensor values, Tensor inverse, Tensor counts) = LibTorch.New(
            LibTorch.ct_unique(
                input, sorted, return_inverse, return_counts, dim.HasValue, dim ?? 0, out nint v, out nint i, out nint c),
            v,
            i,
            c);
        return (values, Wanted(inverse, return_inverse), Wanted(counts, return_counts));
    }

    private static Tensor? Wanted(Tensor part, bool asked)
    {
        if (asked)
        {
            return part;
        }

        part.Dispose();
        return null;
    }
}
