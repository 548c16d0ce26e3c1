using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Elementwise arithmetic, comparisons, matrix products. The functions of <c>native/arithmetic.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_abs(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_neg(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_exp(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_log(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_log1p(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sqrt(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_rsqrt(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sin(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_cos(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_tanh(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sigmoid(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_relu(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sign(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_isnan(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_isinf(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_isfinite(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_logical_not(Tensor self, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_exp_(Tensor self);

    [LibraryImport(Library)]
    internal static partial int ct_sqrt_(Tensor self);

    [LibraryImport(Library)]
    internal static partial int ct_relu_(Tensor self);

    [LibraryImport(Library)]
    internal static partial int ct_eq(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_ne(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_lt(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_le(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_gt(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_ge(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_eq_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_ne_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_lt_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_le_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_gt_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_ge_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_mul(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_pow(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_matmul(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_mm(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_bmm(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_outer(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_maximum(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_minimum(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_mul_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_pow_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_add(Tensor self, Tensor other, NativeScalar alpha, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_add_scalar(Tensor self, NativeScalar other, NativeScalar alpha, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_add_(Tensor self, Tensor other, NativeScalar alpha);

    [LibraryImport(Library)]
    internal static partial int ct_add_scalar_(Tensor self, NativeScalar other, NativeScalar alpha);

    [LibraryImport(Library)]
    internal static partial int ct_sub(Tensor self, Tensor other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sub_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_rsub_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_sub_(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial int ct_sub_scalar_(Tensor self, NativeScalar other);

    [LibraryImport(Library)]
    internal static partial int ct_mul_(Tensor self, Tensor other);

    [LibraryImport(Library)]
    internal static partial int ct_mul_scalar_(Tensor self, NativeScalar other);

    [LibraryImport(Library)]
    internal static partial int ct_div(Tensor self, Tensor other, int rounding, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_div_scalar(Tensor self, NativeScalar other, int rounding, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_rdiv_scalar(Tensor self, NativeScalar other, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_div_(Tensor self, Tensor other, int rounding);

    [LibraryImport(Library)]
    internal static partial int ct_div_scalar_(Tensor self, NativeScalar other, int rounding);

    [LibraryImport(Library)]
    internal static partial int ct_pow_(Tensor self, Tensor exponent);

    [LibraryImport(Library)]
    internal static partial int ct_pow_scalar_(Tensor self, NativeScalar exponent);

    [LibraryImport(Library)]
    internal static partial int ct_clamp(Tensor self, NativeScalar min, NativeScalar max, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_clamp_(Tensor self, NativeScalar min, NativeScalar max);

    [LibraryImport(Library)]
    internal static partial int ct_clamp_tensor(Tensor self, Tensor? min, Tensor? max, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_clamp_tensor_(Tensor self, Tensor? min, Tensor? max);

    [LibraryImport(Library)]
    internal static partial int ct_nan_to_num(Tensor self, double nan, NativeScalar positive, NativeScalar negative,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_addcdiv_(Tensor self, Tensor numerator, Tensor denominator, NativeScalar value);

    [LibraryImport(Library)]
    internal static partial int ct_addcmul_(Tensor self, Tensor first, Tensor second, NativeScalar value);

    [LibraryImport(Library)]
    internal static partial int ct_lerp_(Tensor self, Tensor end, Tensor weight);

    [LibraryImport(Library)]
    internal static partial int ct_addmm(Tensor self, Tensor left, Tensor right, double beta, double alpha,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_baddbmm(Tensor self, Tensor left, Tensor right, double beta, double alpha,
        out nint result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ct_einsum(string equation, ReadOnlySpan<nint> operands, long count, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_where(Tensor condition, Tensor x, Tensor y, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_allclose(Tensor self, Tensor other, double rtol, double atol,
        [MarshalAs(UnmanagedType.U1)] bool equalNan, out int result);
}
