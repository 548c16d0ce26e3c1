using static TorchSharp.torch;
#if !TORCHSHARP_PACKAGE
using Compression.Torch.Interop;
#endif

namespace Compression.Torch;

/// <summary>The parameters of one LSTM layer; the rows of each are the gates in the order input, forget, cell, output.</summary>
/// <param name="InputWeight">[4 · hidden, inputs].</param>
/// <param name="HiddenWeight">[4 · hidden, outputs].</param>
/// <param name="InputBias">[4 · hidden].</param>
/// <param name="HiddenBias">[4 · hidden], added to the other bias.</param>
/// <param name="Projection">[outputs, hidden]: what a step hands on is its product with the cells' output; null for that itself, outputs = hidden.</param>
public sealed record LstmWeights(Tensor InputWeight, Tensor HiddenWeight, Tensor InputBias, Tensor HiddenBias, Tensor? Projection = null);

/// <summary>
/// One unidirectional LSTM layer over a whole sequence, differentiable once. On the CPU in float32 the time steps and their gradient
/// run in one native function, with one matrix product for all input projections and one for each weight gradient; other tensors go
/// through libtorch's own LSTM. Equal inputs give equal bits, whatever the number of threads.
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
    /// <exception cref="System.Runtime.InteropServices.ExternalException">The shapes do not fit together.</exception>
    public static (Tensor Y, Tensor H, Tensor C) Run(
        Tensor x, Tensor h0, Tensor c0, LstmWeights weights, GradientPath path = GradientPath.Autograd)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(h0);
        ArgumentNullException.ThrowIfNull(c0);
        ArgumentNullException.ThrowIfNull(weights);
        (Tensor wi, Tensor wh, Tensor bi, Tensor bh, Tensor? wr) = weights;
#if TORCHSHARP_PACKAGE
        return PlainLstm.Run(x, h0, c0, weights);
#else
        if (!FusedDevice.Takes(x, h0, c0, wi, wh, bi, bh) || (wr is not null && !FusedDevice.Takes(wr)))
        {
            return RunWhole(x, h0, c0, weights);
        }

        using Tensor? wiTarget = FusedDevice.Target(wi, path);
        using Tensor? whTarget = FusedDevice.Target(wh, path);
        using Tensor? biTarget = FusedDevice.Target(bi, path);
        using Tensor? bhTarget = FusedDevice.Target(bh, path);
        using Tensor? wrTarget = wr is null ? null : FusedDevice.Target(wr, path);
        return LibTorch.New(
            LibTorch.ct_fused_lstm(
                x, h0, c0, wi, wh, bi, bh, wr, wiTarget, whTarget, biTarget, bhTarget, wrTarget, out nint y, out nint h, out nint c),
            y,
            h,
            c);
#endif
    }

#if !TORCHSHARP_PACKAGE
    // libtorch's own layer, which takes any device and floating type, and on a GPU is fused itself.
    internal static (Tensor Y, Tensor H, Tensor C) RunWhole(Tensor x, Tensor h0, Tensor c0, LstmWeights weights)
    {
        using Tensor h = h0.unsqueeze(0);
        using Tensor c = c0.unsqueeze(0);
        Tensor[] list =
        [
            weights.InputWeight, weights.HiddenWeight, weights.InputBias, weights.HiddenBias,
            .. weights.Projection is { } projection ? [projection] : Array.Empty<Tensor>(),
        ];
        (Tensor y, Tensor hn, Tensor cn) = LibTorch.New(
            LibTorch.ct_lstm(
                x,
                h,
                c,
                TensorList.Handles(list),
                list.Length,
                hasBiases: true,
                layers: 1,
                dropout: 0,
                train: false,
                bidirectional: false,
                batchFirst: false,
                out nint output,
                out nint lastH,
                out nint lastC),
            output,
            lastH,
            lastC);
        GC.KeepAlive(list);
        using (hn)
        using (cn)
        {
            return (y, hn.squeeze(0), cn.squeeze(0));
        }
    }
#endif
}
