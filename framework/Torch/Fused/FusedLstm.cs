using Compression.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>The parameters of one LSTM layer; the rows of each are the gates in the order input, forget, cell, output.</summary>
/// <param name="InputWeight">[4 · hidden, inputs].</param>
/// <param name="HiddenWeight">[4 · hidden, outputs].</param>
/// <param name="InputBias">[4 · hidden].</param>
/// <param name="HiddenBias">[4 · hidden], added to the other bias.</param>
/// <param name="Projection">[outputs, hidden]: what a step hands on is its product with the cells' output; null for that itself, outputs = hidden.</param>
public sealed record LstmWeights(Tensor InputWeight, Tensor HiddenWeight, Tensor InputBias, Tensor HiddenBias, Tensor? Projection = null);

/// <summary>
/// One unidirectional LSTM layer over a whole sequence, differentiable once. On the CPU in float32 the time steps and their gradient
/// run in kernels of our own, with one matrix product for all input projections and one for each weight gradient; other tensors go
/// through libtorch's own layer, which on a GPU is cuDNN's. Equal inputs give equal bits, whatever the number of threads.
/// </summary>
public static class FusedLstm
{
    /// <summary>Runs the layer.</summary>
    /// <param name="x">[time, batch, inputs], at least one step.</param>
    /// <param name="h0">What the step before the first handed on, [batch, outputs].</param>
    /// <param name="c0">The cell state before the first step, [batch, hidden].</param>
    /// <param name="weights">The layer's parameters.</param>
    /// <param name="path">How the gradients of the parameters are handed over.</param>
    /// <returns>What each step handed on [time, batch, outputs], what the last did, and the cell state after it [batch, hidden].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static (Tensor Y, Tensor H, Tensor C) Run(
        Tensor x, Tensor h0, Tensor c0, LstmWeights weights, GradientPath path = GradientPath.Autograd)
    {
        (Tensor wi, Tensor wh, Tensor bi, Tensor bh, Tensor? wr) = weights;
        if (!FusedDevice.Takes(x, h0, c0, wi, wh, bi, bh, wr ?? wh))
        {
            using DisposeScope plain = NewDisposeScope();
            Tensor Watched(Tensor parameter) => WatchedParameter.Of(parameter, path);
            var (all, last, cells) = LibTorchLstm.Run(x, h0, c0, new LstmWeights(Watched(wi), Watched(wh), Watched(bi), Watched(bh), wr is null ? null : Watched(wr)));
            return (all.MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope(), cells.MoveToOuterDisposeScope());
        }

        var call = new LstmCall(x, h0, c0, weights, path);
        using DisposeScope scope = NewDisposeScope();
        Tensor result = call.Run(), y = call.Y(result);
        return (y.MoveToOuterDisposeScope(), y.select(0, -1).clone().MoveToOuterDisposeScope(), call.LastC(result).MoveToOuterDisposeScope());
    }
}
