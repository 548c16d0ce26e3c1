using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>What the fused functions demand of their arguments.</summary>
internal static class TensorChecks
{
    /// <summary>Such as "[35, 20, 700]".</summary>
    internal static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Refuses a tensor of another shape.</summary>
    /// <exception cref="ArgumentException">It names function, tensor and both shapes.</exception>
    internal static void Shape(string function, string name, Tensor tensor, params long[] expected)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException($"{function}: {name} has shape {Text(tensor.shape)}, expected {Text(expected)}.");
        }
    }

    /// <summary>Refuses what does not hold.</summary>
    /// <exception cref="ArgumentException">With the message.</exception>
    internal static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }

    /// <summary>Refuses ids outside [0, choices).</summary>
    /// <param name="function">For the message.</param>
    /// <param name="tensor">Int64, contiguous.</param>
    /// <param name="choices">How many there are.</param>
    /// <exception cref="ArgumentException">It names the first such target.</exception>
    internal static unsafe void Ids(string function, Tensor tensor, long choices)
    {
        long* ids = TensorPointer.Longs(tensor);
        for (long i = 0; i < tensor.numel(); i++)
        {
            Require(ids[i] >= 0 && ids[i] < choices, $"{function}: id {ids[i]} is outside [0, {choices}).");
        }
    }
}
