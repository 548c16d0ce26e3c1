using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What becomes of the losses of the rows.</summary>
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        /// <summary>Layers and losses as functions.</summary>
        public static partial class functional
        {
            /// <summary>
            /// −log softmax(input)[target]: input [rows, classes], target Int64 [rows], or target Float32 [rows, classes] of
            /// probabilities. Rows whose target is <paramref name="ignore_index"/> count for nothing.
            /// </summary>
            public static Tensor cross_entropy(
                Tensor input,
                Tensor target,
                Tensor? weight = null,
                long ignore_index = -100,
                Reduction reduction = Reduction.Mean,
                double label_smoothing = 0) =>
                LibTorch.New(
                    LibTorch.ct_cross_entropy(
                        input, target, weight, (long)reduction, ignore_index, label_smoothing, out nint result),
                    result);

            /// <summary>−input[target]: as <see cref="cross_entropy"/>, from log-probabilities.</summary>
            public static Tensor nll_loss(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                LibTorch.New(LibTorch.ct_nll_loss(input, target, weight, (long)reduction, -100, out nint result), result);

            /// <summary>In training, 0 with probability p, and divided by 1 − p otherwise.</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (inplace)
                {
                    LibTorch.Check(LibTorch.ct_dropout_(input, p, training));
                    return input.alias();
                }

                return LibTorch.New(LibTorch.ct_dropout(input, p, training, out nint result), result);
            }

            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1E-05) =>
                LibTorch.New(
                    LibTorch.ct_layer_norm(
                        input, normalized_shape, normalized_shape.Length, weight, bias, eps, out nint result),
                    result);

            /// <summary>input·weightsᵀ + bias.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                LibTorch.New(LibTorch.ct_linear(input, weights, bias, out nint result), result);

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            public static Tensor relu(Tensor x, bool inplace = false)
            {
                if (inplace)
                {
                    LibTorch.Check(LibTorch.ct_relu_(x));
                    return x.alias();
                }

                return x.relu();
            }
        }
    }
}
