using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>y = x·Wᵀ + b, with W [out, in] and b [out].</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        private Parameter? biasParameter;
        private Parameter weightParameter;

        internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype)
            : base(nameof(Linear))
        {
            in_features = inputSize;
            out_features = outputSize;
            using Tensor weights = empty(outputSize, inputSize, dtype, device);
            weightParameter = new Parameter(weights);
            register_parameter(nameof(weight), weightParameter);
            nn.init.kaiming_uniform_(weightParameter, Math.Sqrt(5));
            if (hasBias)
            {
                using Tensor offsets = empty(outputSize, dtype, device);
                biasParameter = new Parameter(offsets);
                register_parameter(nameof(bias), biasParameter);
                double bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
                nn.init.uniform_(biasParameter, -bound, bound);
            }
        }

        internal Linear(Parameter weight, Parameter? bias)
            : base(nameof(Linear))
        {
            out_features = weight.shape[0];
            in_features = weight.shape[1];
            weightParameter = weight;
            biasParameter = bias;
            register_parameter(nameof(weight), weight);
            if (bias is not null)
            {
                register_parameter(nameof(bias), bias);
            }
        }

        public long in_features { get; set; }

        public long out_features { get; set; }

        /// <summary>[out, in]. The parameter that it takes the place of is disposed.</summary>
        public Parameter weight
        {
            get => weightParameter;
            set
            {
                Replace(nameof(weight), value);
                weightParameter = value;
            }
        }

        /// <summary>[out], or null. The parameter that it takes the place of is disposed.</summary>
        public Parameter? bias
        {
            get => biasParameter;
            set
            {
                Replace(nameof(bias), value);
                biasParameter = value;
            }
        }

        public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weightParameter, biasParameter);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Weights and offsets uniform within ±1/√in.</summary>
            public static Linear Linear(
                long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            /// <summary>Over parameters at hand, which may be another module's.</summary>
            public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);
        }
    }
}
