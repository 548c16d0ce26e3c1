using Compression.Torch.Autograd;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// A linear layer, differentiable once, that takes some rows of a larger weight, lets constants stand before its input without
/// joining them, and has ReLU behind it where asked. On the CPU in float32 it is one of our kernels; other tensors go through TorchSharp's operators, in the
/// type of the input.
/// </summary>
public static class FusedLinear
{
    /// <summary>A whole layer: x · weightᵀ + bias.</summary>
    /// <param name="x">[..., inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="path">How the gradients of weight and bias are handed over.</param>
    /// <returns>[..., outputs].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null, bool relu = false, GradientPath path = GradientPath.Autograd) =>
        Run(null, x, weight, bias, 0, weight.shape[0], relu, path);

    /// <summary>[constants; x] times some rows of the weight, transposed.</summary>
    /// <param name="constants">[M, ..., inputs], before <paramref name="x"/> along the first axis; without a gradient. May be null.</param>
    /// <param name="x">[T, ..., inputs].</param>
    /// <param name="weight">[rows, inputs].</param>
    /// <param name="first">The first row that is used.</param>
    /// <param name="count">Rows that are used.</param>
    /// <param name="path">How the gradient of the weight is handed over.</param>
    /// <returns>[M + T, ..., count].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together.</exception>
    public static Tensor Rows(
        Tensor? constants, Tensor x, Tensor weight, long first, long count, GradientPath path = GradientPath.Autograd) =>
        Run(constants, x, weight, null, first, count, relu: false, path);

    private static Tensor Run(
        Tensor? constants, Tensor x, Tensor weight, Tensor? bias, long first, long count, bool relu, GradientPath path)
    {
        if (FusedDevice.Takes(x, weight, bias ?? weight, constants ?? x))
        {
            return new LinearCall(constants, x, weight, bias, first, count, relu, path).Run();
        }

        using var scope = NewDisposeScope();
        (weight, bias) = (WatchedParameter.Of(weight, path), bias is null ? null : WatchedParameter.Of(bias, path));
        Tensor rows = (first == 0 && count == weight.shape[0] ? weight : weight.narrow(0, first, count)).to(x.dtype);
        Tensor joined = constants is null ? x : cat([constants.detach(), x]);
        Tensor result = nn.functional.linear(joined, rows, bias?.to(x.dtype));

        // ReLU and its gradient under the name by which libtorch knows its shapes, too.
        return (relu ? nn.functional.threshold(result, 0, 0) : result).MoveToOuterDisposeScope();
    }
}
