using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019): p −= lr · weight_decay · p, then
    /// <see cref="Adam"/>'s step without decay.
    /// </summary>
    public sealed class AdamW : OptimizerHelper
    {
        private readonly AdamRule rule;
        private readonly double weightDecay;

        internal AdamW(
            IEnumerable<Parameter> parameters,
            double lr,
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            bool amsgrad,
            bool maximize)
            : base(parameters, lr)
        {
            rule = new AdamRule(NewState(0), NewState(0), amsgrad ? NewState(0) : null, eps, maximize) { Betas = (beta1, beta2) };
            this.weightDecay = weightDecay;
        }

        private protected override void Update(int place, Parameter parameter, Tensor gradient, double learningRate)
        {
            parameter.mul_(1 - (learningRate * weightDecay));
            rule.Update(place, parameter, gradient, learningRate, decay: 0);
        }

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
            public static AdamW AdamW(
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
