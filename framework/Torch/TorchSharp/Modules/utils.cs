using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Work on all parameters of a model.</summary>
        public static class utils
        {
            /// <summary>
            /// Scales all gradients by max_norm / (norm + 1e-6), where norm is that of all of them together, if that is less than 1.
            /// </summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor[] gradients = Gradients(tensors);
                if (gradients.Length == 0)
                {
                    return 0;
                }

                double total = double.IsPositiveInfinity(norm_type)
                    ? gradients.Max(gradient => gradient.abs().max().item<double>())
                    : stack(gradients.Select(gradient => gradient.norm((float)norm_type))).norm((float)norm_type).item<double>();
                double factor = max_norm / (total + 1e-6);
                if (factor < 1)
                {
                    foreach (Tensor gradient in gradients)
                    {
                        gradient.mul_(factor);
                    }
                }

                return total;
            }

            /// <summary>Brings every element of every gradient into ±clip_value.</summary>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using DisposeScope scope = NewDisposeScope();
                foreach (Tensor gradient in Gradients(tensors))
                {
                    gradient.clamp_(-clip_value, clip_value);
                }
            }

            /// <summary>All parameters one behind the other, copied.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using DisposeScope scope = NewDisposeScope();
                return cat([.. tensors.Select(parameter => parameter.view(-1))]).MoveToOuterDisposeScope();
            }

            /// <summary>Copies a vector back into the parameters.</summary>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable unrecorded = no_grad();
                long place = 0;
                foreach (Parameter parameter in tensors)
                {
                    long count = parameter.numel();
                    parameter.copy_(vec.narrow(0, place, count).view_as(parameter));
                    place += count;
                }
            }

            private static Tensor[] Gradients(IEnumerable<Parameter> parameters) =>
                [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        }
    }
}
