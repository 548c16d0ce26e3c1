using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    public static partial class torch
    {
        /// <summary>Rules that turn gradients into new parameters.</summary>
        public static partial class optim
        {
            /// <summary>The rate of learning of some parameters, which schedules change.</summary>
            public interface ILearningRateController
            {
                double LearningRate { get; set; }

                double InitialLearningRate { get; set; }
            }

            /// <summary>Changes parameters in place by their gradients; those without one stay as they are.</summary>
            public abstract class Optimizer : IDisposable
            {
                /// <summary>The rates of learning; here there is one for all parameters.</summary>
                public abstract IEnumerable<ILearningRateController> ParamGroups { get; }

                public abstract IEnumerable<Parameter> parameters();

                /// <summary>One step. A closure evaluates the loss and its gradients first, and its loss is handed back.</summary>
                public abstract Tensor? step(Func<Tensor>? closure = null);

                /// <summary>Sets all gradients to 0 in place, so that gradients that are views stay views.</summary>
                public virtual void zero_grad()
                {
                    foreach (Parameter parameter in parameters())
                    {
                        using Tensor? gradient = parameter.grad;
                        gradient?.zero_();
                    }
                }

                public void Dispose()
                {
                    Dispose(disposing: true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                }
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>The part that all rules share: one group of parameters, and tensors kept for each.</summary>
    public abstract class OptimizerHelper : Optimizer
    {
        private readonly Parameter[] all;
        private readonly Rate rate;

        private protected OptimizerHelper(IEnumerable<Parameter> parameters, double learningRate)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(learningRate);
            all = [.. parameters];
            rate = new Rate { LearningRate = learningRate, InitialLearningRate = learningRate };
        }

        public override IEnumerable<ILearningRateController> ParamGroups => [rate];

        public override IEnumerable<Parameter> parameters() => all;

        public override torch.Tensor? step(Func<torch.Tensor>? closure = null)
        {
            torch.Tensor? loss = null;
            if (closure is not null)
            {
                using IDisposable recorded = torch.enable_grad();
                loss = closure();
            }

            using IDisposable unrecorded = torch.no_grad();
            using DisposeScope scope = torch.NewDisposeScope();
            for (int place = 0; place < all.Length; place++)
            {
                if (all[place].grad is { } gradient)
                {
                    Update(place, all[place], gradient, rate.LearningRate);
                }
            }

            return loss;
        }

        /// <summary>Changes one parameter. Not recorded; tensors made here are disposed afterwards.</summary>
        private protected abstract void Update(int place, Parameter parameter, torch.Tensor gradient, double learningRate);

        /// <summary>Tensors of the parameters' shapes, filled with one value, that the rule keeps between its steps.</summary>
        private protected torch.Tensor[] NewState(double value)
        {
            var state = new torch.Tensor[all.Length];
            for (int place = 0; place < all.Length; place++)
            {
                state[place] = torch.zeros_like(all[place]).fill_(value).DetachFromDisposeScope();
            }

            return state;
        }

        private protected static void DisposeAll(torch.Tensor?[] state)
        {
            foreach (torch.Tensor? tensor in state)
            {
                tensor?.Dispose();
            }
        }

        private sealed class Rate : ILearningRateController
        {
            public double LearningRate { get; set; }

            public double InitialLearningRate { get; set; }
        }
    }
}
