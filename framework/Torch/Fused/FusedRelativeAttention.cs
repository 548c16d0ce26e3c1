using Compression.Torch.Autograd;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// Transformer-XL's attention with relative positions (Dai et al. 2019, section 3.3), differentiable once: the softmax over the keys j
/// that query i sees of ((q_i + u)·k_j + (q_i + v)·r_{i−j}) / √width, times the values. On the CPU in float32 one kernel; other
/// tensors go through <see cref="PlainRelativeAttention"/>.
/// </summary>
/// <remarks>Axes: Q queries, K keys, B batch, H heads, W width of a head. Query i stands at the place of key K − Q + i.</remarks>
public static class FusedRelativeAttention
{
    /// <summary>Attends.</summary>
    /// <param name="queries_QBI">[Q, B, H·W].</param>
    /// <param name="keysValues_KBI">[K, B, 2·H·W], keys before values; the last Q places are the queries' own.</param>
    /// <param name="positions_KI">[K, H·W], projected encodings of the distances K−1 to 0.</param>
    /// <param name="contentBias_HW">u.</param>
    /// <param name="positionBias_HW">v.</param>
    /// <param name="dropout">Probability that a weight of attention is dropped.</param>
    /// <param name="reach">Keys that a query sees at most, itself included; 0: all up to itself.</param>
    /// <param name="path">How the gradients of the biases are handed over.</param>
    /// <returns>[Q, B, H·W].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together.</exception>
    public static Tensor Run(
        Tensor queries_QBI, Tensor keysValues_KBI, Tensor positions_KI, Tensor contentBias_HW, Tensor positionBias_HW, double dropout,
        long reach, GradientPath path = GradientPath.Autograd)
    {
        if (FusedDevice.Takes(queries_QBI, keysValues_KBI, positions_KI, contentBias_HW, positionBias_HW))
        {
            return new AttentionCall(queries_QBI, keysValues_KBI, positions_KI, contentBias_HW, positionBias_HW, dropout, reach, path).Run();
        }

        return PlainRelativeAttention.Run(
            queries_QBI, keysValues_KBI, positions_KI, WatchedParameter.Of(contentBias_HW, path), WatchedParameter.Of(positionBias_HW, path), dropout, reach);
    }
}
