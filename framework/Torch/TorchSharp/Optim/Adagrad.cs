using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR 12 (2011): s += g²; p −= lr / (1 + (t − 1) · lr_decay) · g / (√s + eps).
    /// </summary>
    public sealed class Adagrad : OptimizerHelper
    {
        private readonly double decay;
        private readonly double weightDecay;
        private readonly double eps;
        private readonly Tensor[] squares;
        private readonly long[] steps;

        public Adagrad(
            IEnumerable<Parameter> parameters,
            double lr = 0.01,
            double lr_decay = 0,
            double weight_decay = 0,
            double initial_accumulator_value = 0,
            double eps = 1E-10)
            : base(parameters, lr)
        {
            decay = lr_decay;
            weightDecay = weight_decay;
            this.eps = eps;
            squares = NewState(initial_accumulator_value);
            steps = new long[squares.Length];
        }

        private protected override void Update(int place, Parameter parameter, Tensor gradient, double learningRate)
        {
            double rate = learningRate / (1 + (steps[place]++ * decay));
            Tensor direction = weightDecay != 0 ? gradient.add(parameter, weightDecay) : gradient;
            Tensor deviation = squares[place].addcmul_(direction, direction, 1).sqrt().add_(eps);
            parameter.addcdiv_(direction, deviation, -rate);
        }

        protected override void Dispose(bool disposing)
        {
            DisposeAll(squares);
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
            public static Adagrad Adagrad(
                IEnumerable<Parameter> parameters,
                double lr = 0.01,
                double lr_decay = 0,
                double weight_decay = 0,
                double initial_accumulator_value = 0,
                double eps = 1E-10) =>
                new(parameters, lr, lr_decay, weight_decay, initial_accumulator_value, eps);
        }
    }
}
