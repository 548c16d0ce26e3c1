using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// Inverted dropout (Srivastava et al. 2014). On the CPU in float32 the mask is a function of a key that libtorch's generator gives, so that all
/// threads draw at once; other tensors go through libtorch's dropout.
/// </summary>
public static class FusedDropout
{
    /// <summary>Each element is 0 with the probability, and else divided by 1 − probability.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">0 to below 1.</param>
    /// <param name="training">Whether anything is dropped.</param>
    public static Tensor Apply(Tensor x, double probability, bool training)
    {
        if (!training || probability == 0)
        {
            return x.alias();
        }

        return FusedDevice.Takes(x) ? new DropoutCall(x, probability).Run() : nn.functional.dropout(x, probability, training);
    }

    /// <summary>The factors alone: 0, or 1 / (1 − probability); on the CPU.</summary>
    internal static unsafe Tensor Mask(long[] shape, double probability)
    {
        using Tensor drawn = randint(long.MaxValue, [1], ScalarType.Int64);
        ulong key = (ulong)drawn.item<long>();
        Tensor mask = empty(shape, ScalarType.Float32);
        Kernels.Dropout.Fill(KernelThreads.Team, key, probability, TensorPointer.Floats(mask), mask.numel());
        return mask;
    }
}
