using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>(x − mean) / √(variance + eps) over the last dimensions, then times weight plus bias.</summary>
    public sealed class LayerNorm : nn.Module<Tensor, Tensor>
    {
        private Parameter? scale;
        private Parameter? offset;

        internal LayerNorm(long[] shape, double eps, bool elementwiseAffine, bool bias, Device? device, ScalarType? dtype)
            : base(nameof(LayerNorm))
        {
            normalized_shape = shape;
            this.eps = eps;
            elementwise_affine = elementwiseAffine;
            if (elementwiseAffine)
            {
                using Tensor ones = torch.ones(shape, dtype, device);
                scale = new Parameter(ones);
                register_parameter(nameof(weight), scale);
                if (bias)
                {
                    using Tensor zeros = torch.zeros(shape, dtype, device);
                    offset = new Parameter(zeros);
                    register_parameter(nameof(this.bias), offset);
                }
            }
        }

        public long[] normalized_shape { get; set; }

        public double eps { get; set; }

        public bool elementwise_affine { get; set; }

        /// <summary>Of the normalized shape; null without an affine part. The one that it takes the place of is disposed.</summary>
        public Parameter? weight
        {
            get => scale;
            set
            {
                Replace(nameof(weight), value);
                scale = value;
            }
        }

        /// <summary>Of the normalized shape, or null. The one that it takes the place of is disposed.</summary>
        public Parameter? bias
        {
            get => offset;
            set
            {
                Replace(nameof(bias), value);
                offset = value;
            }
        }

        public override Tensor forward(Tensor tensor) => nn.functional.layer_norm(tensor, normalized_shape, scale, offset, eps);

        /// <summary>Weights 1, bias 0.</summary>
        public void reset_parameters()
        {
            if (scale is not null)
            {
                nn.init.ones_(scale);
            }

            if (offset is not null)
            {
                nn.init.zeros_(offset);
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static LayerNorm LayerNorm(
                long[] normalized_shape,
                double eps = 1E-05,
                bool elementwise_affine = true,
                bool bias = true,
                Device? device = null,
                ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            public static LayerNorm LayerNorm(
                long normalized_shape,
                double eps = 1E-05,
                bool elementwise_affine = true,
                bool bias = true,
                Device? device = null,
                ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, device, dtype);
        }
    }
}
