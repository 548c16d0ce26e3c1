using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Kingma and Ba, "Adam" (ICLR 2015): m = β1 m + (1 − β1) g; v = β2 v + (1 − β2) g²;
    /// p −= lr · (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + eps). Weight decay is added to g.
    /// </summary>
    public sealed class Adam : OptimizerHelper
    {
        private readonly AdamRule rule;

        public Adam(
            IEnumerable<Parameter> parameters,
            double lr = 0.001,
            double beta1 = 0.9,
            double beta2 = 0.999,
            double eps = 1E-08,
            double weight_decay = 0,
            bool amsgrad = false,
            bool maximize = false)
            : base(parameters, lr)
        {
            rule = new AdamRule(NewState(0), NewState(0), amsgrad ? NewState(0) : null, eps, maximize) { Betas = (beta1, beta2) };
            WeightDecay = weight_decay;
        }

        public (double, double) Betas
        {
            get => rule.Betas;
            set => rule.Betas = value;
        }

        private double WeightDecay { get; }

        private protected override void Update(int place, Parameter parameter, Tensor gradient, double learningRate) =>
            rule.Update(place, parameter, gradient, learningRate, WeightDecay);

        protected override void Dispose(bool disposing)
        {
            rule.Dispose();
            base.Dispose(disposing);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static Adam Adam(
                IEnumerable<Parameter> parameters,
                double lr = 0.001,
                double beta1 = 0.9,
                double beta2 = 0.999,
                double eps = 1E-08,
                double weight_decay = 0,
                bool amsgrad = false,
                bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
