using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>What becomes of the fraction of a quotient.</summary>
    public enum RoundingMode
    {
        None,
        trunc,
        floor,
    }

    public partial class Tensor
    {
        public Tensor abs() => LibTorch.New(LibTorch.ct_abs(this, out nint result), result);

        public Tensor neg() => LibTorch.New(LibTorch.ct_neg(this, out nint result), result);

        public Tensor exp() => LibTorch.New(LibTorch.ct_exp(this, out nint result), result);

        public Tensor log() => LibTorch.New(LibTorch.ct_log(this, out nint result), result);

        public Tensor log1p() => LibTorch.New(LibTorch.ct_log1p(this, out nint result), result);

        public Tensor sqrt() => LibTorch.New(LibTorch.ct_sqrt(this, out nint result), result);

        public Tensor rsqrt() => LibTorch.New(LibTorch.ct_rsqrt(this, out nint result), result);

        public Tensor tanh() => LibTorch.New(LibTorch.ct_tanh(this, out nint result), result);

        public Tensor sigmoid() => LibTorch.New(LibTorch.ct_sigmoid(this, out nint result), result);

        public Tensor relu() => LibTorch.New(LibTorch.ct_relu(this, out nint result), result);

        public Tensor sign() => LibTorch.New(LibTorch.ct_sign(this, out nint result), result);

        public Tensor isnan() => LibTorch.New(LibTorch.ct_isnan(this, out nint result), result);

        public Tensor isinf() => LibTorch.New(LibTorch.ct_isinf(this, out nint result), result);

        public Tensor isfinite() => LibTorch.New(LibTorch.ct_isfinite(this, out nint result), result);

        public Tensor logical_not() => LibTorch.New(LibTorch.ct_logical_not(this, out nint result), result);

        public Tensor exp_() => InPlace(LibTorch.ct_exp_(this));

        public Tensor sqrt_() => InPlace(LibTorch.ct_sqrt_(this));

        public Tensor add(Tensor target) => Add(target, NativeScalar.One);

        public Tensor add(Tensor target, Scalar alpha) => Add(target, alpha.Value);

        public Tensor add(Scalar scalar) => Add(scalar.Value);

        public Tensor add(Scalar scalar, Scalar alpha) =>
            LibTorch.New(LibTorch.ct_add_scalar(this, scalar.Value, alpha.Value, out nint result), result);

        public Tensor add_(Tensor target) => InPlace(LibTorch.ct_add_(this, target, NativeScalar.One));

        public Tensor add_(Tensor target, Scalar alpha) => InPlace(LibTorch.ct_add_(this, target, alpha.Value));

        public Tensor add_(Scalar scalar) => InPlace(LibTorch.ct_add_scalar_(this, scalar.Value, NativeScalar.One));

        public Tensor add_(Scalar scalar, Scalar alpha) => InPlace(LibTorch.ct_add_scalar_(this, scalar.Value, alpha.Value));

        public Tensor sub(Tensor target) => LibTorch.New(LibTorch.ct_sub(this, target, out nint result), result);

        public Tensor sub(Scalar target) => Subtract(target.Value);

        public Tensor sub_(Tensor target) => InPlace(LibTorch.ct_sub_(this, target));

        public Tensor sub_(Scalar target) => InPlace(LibTorch.ct_sub_scalar_(this, target.Value));

        public Tensor mul(Tensor target) => LibTorch.New(LibTorch.ct_mul(this, target, out nint result), result);

        public Tensor mul(Scalar target) => Multiply(target.Value);

        public Tensor mul_(Tensor target) => InPlace(LibTorch.ct_mul_(this, target));

        public Tensor mul_(Scalar target) => InPlace(LibTorch.ct_mul_scalar_(this, target.Value));

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            LibTorch.New(LibTorch.ct_div(this, target, (int)rounding_mode, out nint result), result);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            LibTorch.New(LibTorch.ct_div_scalar(this, target.Value, (int)rounding_mode, out nint result), result);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(LibTorch.ct_div_(this, target, (int)rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(LibTorch.ct_div_scalar_(this, target.Value, (int)rounding_mode));

        public Tensor pow(Tensor exponent) => LibTorch.New(LibTorch.ct_pow(this, exponent, out nint result), result);

        public Tensor pow(Scalar exponent) =>
            LibTorch.New(LibTorch.ct_pow_scalar(this, exponent.Value, out nint result), result);

        public Tensor pow_(Tensor exponent) => InPlace(LibTorch.ct_pow_(this, exponent));

        public Tensor pow_(Scalar exponent) => InPlace(LibTorch.ct_pow_scalar_(this, exponent.Value));

        public Tensor clamp(Scalar? min = null, Scalar? max = null) =>
            LibTorch.New(LibTorch.ct_clamp(this, Scalar.OrNone(min), Scalar.OrNone(max), out nint result), result);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) =>
            LibTorch.New(LibTorch.ct_clamp_tensor(this, min, max, out nint result), result);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) =>
            InPlace(LibTorch.ct_clamp_(this, Scalar.OrNone(min), Scalar.OrNone(max)));

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => InPlace(LibTorch.ct_clamp_tensor_(this, min, max));

        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null)
        {
            NativeScalar positive = posinf is { } high ? high : NativeScalar.None;
            NativeScalar negative = neginf is { } low ? low : NativeScalar.None;
            return LibTorch.New(LibTorch.ct_nan_to_num(this, nan, positive, negative, out nint result), result);
        }

        /// <summary>this += value · tensor1 / tensor2.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(LibTorch.ct_addcdiv_(this, tensor1, tensor2, value.Value));

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) =>
            InPlace(LibTorch.ct_addcdiv_(this, tensor1, tensor2, NativeScalar.One));

        /// <summary>this += value · tensor1 · tensor2.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(LibTorch.ct_addcmul_(this, tensor1, tensor2, value.Value));

        /// <summary>this += weight · (end − this).</summary>
        public Tensor lerp_(Tensor end, Tensor weight) => InPlace(LibTorch.ct_lerp_(this, end, weight));

        public Tensor matmul(Tensor target) => LibTorch.New(LibTorch.ct_matmul(this, target, out nint result), result);

        public Tensor mm(Tensor target) => LibTorch.New(LibTorch.ct_mm(this, target, out nint result), result);

        public Tensor bmm(Tensor batch2) => LibTorch.New(LibTorch.ct_bmm(this, batch2, out nint result), result);

        /// <summary>beta · this + alpha · mat1 · mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            LibTorch.New(LibTorch.ct_addmm(this, mat1, mat2, beta, alpha, out nint result), result);

        /// <summary>beta · this + alpha · batch1 · batch2, matrix by matrix.</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            LibTorch.New(LibTorch.ct_baddbmm(this, batch1, batch2, beta, alpha, out nint result), result);

        private Tensor Add(Tensor other, NativeScalar alpha) =>
            LibTorch.New(LibTorch.ct_add(this, other, alpha, out nint result), result);

        private Tensor Add(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_add_scalar(this, other, NativeScalar.One, out nint result), result);

        private Tensor Subtract(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_sub_scalar(this, other, out nint result), result);

        private Tensor SubtractFrom(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_rsub_scalar(this, other, out nint result), result);

        private Tensor Multiply(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_mul_scalar(this, other, out nint result), result);

        private Tensor Divide(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_div_scalar(this, other, 0, out nint result), result);

        private Tensor DivideInto(NativeScalar other) =>
            LibTorch.New(LibTorch.ct_rdiv_scalar(this, other, out nint result), result);
    }
}
