using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Stochastic gradient descent: g += weight_decay · p; m = momentum · m + (1 − dampening) · g (m = g at first);
    /// p −= lr · m, or lr · (g + momentum · m) with Nesterov's variant.
    /// </summary>
    public sealed class SGD : OptimizerHelper
    {
        private readonly double dampening;
        private readonly double weightDecay;
        private readonly bool nesterov;
        private readonly bool maximize;
        private readonly Tensor?[] momenta;

        public SGD(
            IEnumerable<Parameter> parameters,
            double lr,
            double momentum = 0,
            double dampening = 0,
            double weight_decay = 0,
            bool nesterov = false,
            bool maximize = false)
            : base(parameters, lr)
        {
            if (nesterov && (momentum <= 0 || dampening != 0))
            {
                throw new ArgumentException("Nesterov's variant needs a momentum and no dampening.", nameof(nesterov));
            }

            Momentum = momentum;
            this.dampening = dampening;
            weightDecay = weight_decay;
            this.nesterov = nesterov;
            this.maximize = maximize;
            momenta = new Tensor?[this.parameters().Count()];
        }

        public double Momentum { get; set; }

        private protected override void Update(int place, Parameter parameter, Tensor gradient, double learningRate)
        {
            Tensor direction = maximize ? -gradient : gradient;
            if (weightDecay != 0)
            {
                direction = direction.add(parameter, weightDecay);
            }

            if (Momentum != 0)
            {
                Tensor momentum;
                if (momenta[place] is { } kept)
                {
                    momentum = kept.mul_(Momentum).add_(direction, 1 - dampening);
                }
                else
                {
                    momentum = momenta[place] = direction.clone().DetachFromDisposeScope();
                }

                direction = nesterov ? direction.add(momentum, Momentum) : momentum;
            }

            parameter.add_(direction, -learningRate);
        }

        protected override void Dispose(bool disposing)
        {
            DisposeAll(momenta);
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
            public static SGD SGD(
                IEnumerable<Parameter> parameters,
                double learningRate,
                double momentum = 0,
                double dampening = 0,
                double weight_decay = 0,
                bool nesterov = false,
                bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}
