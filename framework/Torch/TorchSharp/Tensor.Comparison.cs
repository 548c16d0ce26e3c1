using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => LibTorch.New(LibTorch.ct_eq(this, target, out nint result), result);

        public Tensor eq(Scalar target) =>
            LibTorch.New(LibTorch.ct_eq_scalar(this, target.Value, out nint result), result);

        public Tensor ne(Tensor target) => LibTorch.New(LibTorch.ct_ne(this, target, out nint result), result);

        public Tensor ne(Scalar target) =>
            LibTorch.New(LibTorch.ct_ne_scalar(this, target.Value, out nint result), result);

        public Tensor lt(Tensor target) => LibTorch.New(LibTorch.ct_lt(this, target, out nint result), result);

        public Tensor lt(Scalar target) =>
            LibTorch.New(LibTorch.ct_lt_scalar(this, target.Value, out nint result), result);

        public Tensor le(Tensor target) => LibTorch.New(LibTorch.ct_le(this, target, out nint result), result);

        public Tensor le(Scalar target) =>
            LibTorch.New(LibTorch.ct_le_scalar(this, target.Value, out nint result), result);

        public Tensor gt(Tensor target) => LibTorch.New(LibTorch.ct_gt(this, target, out nint result), result);

        public Tensor gt(Scalar target) =>
            LibTorch.New(LibTorch.ct_gt_scalar(this, target.Value, out nint result), result);

        public Tensor ge(Tensor target) => LibTorch.New(LibTorch.ct_ge(this, target, out nint result), result);

        public Tensor ge(Scalar target) =>
            LibTorch.New(LibTorch.ct_ge_scalar(this, target.Value, out nint result), result);

        /// <summary>Elementwise, as <see cref="eq(Tensor)"/>.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Whether |this − target| ≤ atol + rtol · |target| everywhere.</summary>
        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) =>
            LibTorch.Ask(LibTorch.ct_allclose(this, target, rtol, atol, equal_nan, out int answer), answer);
    }
}
