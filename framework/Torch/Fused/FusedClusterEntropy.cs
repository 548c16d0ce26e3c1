using Compression.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>The rows of a decoder that one cluster of a vocabulary chooses among.</summary>
/// <param name="Weight">[vocabulary, width].</param>
/// <param name="Bias">[vocabulary].</param>
/// <param name="First">The cluster's first row.</param>
/// <param name="Count">Its rows.</param>
/// <param name="MoreWeight">[E, width], choices beside the rows; null where there are none.</param>
/// <param name="MoreBias">[E].</param>
public sealed record DecoderRows(Tensor Weight, Tensor Bias, long First, long Count, Tensor? MoreWeight = null, Tensor? MoreBias = null);

/// <summary>
/// The cross entropy of a softmax over some rows of a decoder, differentiable once: one cluster of an adaptive softmax. On the CPU
/// in float32 the logits are the only large buffer; other tensors go through TorchSharp's operators.
/// </summary>
public static class FusedClusterEntropy
{
    /// <summary>Scaled sum over the rows, and each row's own.</summary>
    /// <param name="hidden">[rows, width], at least one row.</param>
    /// <param name="decoder">What is chosen among: the rows, then those beside them.</param>
    /// <param name="targets">Int64 [rows], each in [0, Count + E).</param>
    /// <param name="scale">Factor of the sum.</param>
    /// <param name="path">How the gradients of weights and biases are handed over.</param>
    /// <returns>A scalar to be differentiated, and the nats of each row, as constants.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a target out of range.</exception>
    public static (Tensor Loss, Tensor Each) Run(
        Tensor hidden, DecoderRows decoder, Tensor targets, double scale, GradientPath path = GradientPath.Autograd)
    {
        var (weight, bias, first, count, moreWeight, moreBias) = decoder;
        if (FusedDevice.Takes(hidden, weight, bias, moreWeight ?? weight, moreBias ?? bias) && FusedDevice.TakesIndices(targets))
        {
            var call = new SoftmaxEntropyCall(hidden, decoder, targets, scale, path);
            return (call.Run(), tensor(Array.ConvertAll(call.Nats, nats => (float)nats)));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor? Watched(Tensor? parameter) => parameter is null ? null : WatchedParameter.Of(parameter, path);
        (weight, bias, moreWeight, moreBias) = (Watched(weight)!, Watched(bias)!, Watched(moreWeight), Watched(moreBias));
        Tensor rows = weight.narrow(0, first, count), biases = bias.narrow(0, first, count);
        Tensor choices = moreWeight is null ? rows : cat([rows, moreWeight]), offsets = moreBias is null ? biases : cat([biases, moreBias]);
        Tensor nats = nn.functional.cross_entropy(
            nn.functional.linear(hidden, choices.to(hidden.dtype), offsets.to(hidden.dtype)).to(ScalarType.Float32), targets, reduction: nn.Reduction.None);
        return ((nats.sum() * scale).MoveToOuterDisposeScope(), nats.detach().MoveToOuterDisposeScope());
    }
}
