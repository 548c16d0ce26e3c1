using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// A linear decoder with the cross entropy of its softmax behind it, differentiable once. On the CPU in float32 the logits are the
/// only [rows, vocabulary] buffer; other tensors go through TorchSharp's linear and cross_entropy.
/// </summary>
public static class FusedCrossEntropy
{
    // Rows of logits that an evaluation holds at once.
    private const long RowsAtOnce = 420;

    /// <summary>The mean over the rows, in nats, of the cross entropy of softmax(hidden · weightᵀ + bias) at the targets.</summary>
    /// <param name="hidden">[rows, width].</param>
    /// <param name="weight">[vocabulary, width].</param>
    /// <param name="bias">[vocabulary].</param>
    /// <param name="targets">Int64 [rows], each in [0, vocabulary).</param>
    /// <param name="path">How the gradients of weight and bias are handed over.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a target out of range.</exception>
    public static Tensor Mean(Tensor hidden, Tensor weight, Tensor bias, Tensor targets, GradientPath path = GradientPath.Autograd)
    {
        Check(hidden, weight, bias, targets);
        if (Takes(hidden, weight, bias, targets))
        {
            return Call(hidden, weight, bias, targets, path).Run();
        }

        using Tensor logits = nn.functional.linear(hidden, WatchedParameter.Of(weight, path), WatchedParameter.Of(bias, path));
        return nn.functional.cross_entropy(logits, targets);
    }

    /// <summary>
    /// The sum over the rows in nats, as <see cref="Mean"/> but added in double and without a gradient, for evaluation.
    /// </summary>
    public static double SumOfNats(Tensor hidden, Tensor weight, Tensor bias, Tensor targets)
    {
        Check(hidden, weight, bias, targets);
        using IDisposable noGradient = no_grad();
        if (Takes(hidden, weight, bias, targets))
        {
            SoftmaxEntropyCall call = Call(hidden, weight, bias, targets, GradientPath.Autograd);
            call.Run().Dispose();
            return call.TotalNats;
        }

        double total = 0;
        for (long first = 0; first < hidden.shape[0]; first += RowsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(RowsAtOnce, hidden.shape[0] - first);
            Tensor logits = nn.functional.linear(hidden.narrow(0, first, count), weight, bias);
            Tensor each = nn.functional.cross_entropy(logits, targets.narrow(0, first, count), reduction: nn.Reduction.None);
            total += DeviceTransfer.Read(each.to(ScalarType.Float64).sum());
        }

        return total;
    }

    private static bool Takes(Tensor hidden, Tensor weight, Tensor bias, Tensor targets) =>
        FusedDevice.Takes(hidden, weight, bias) && FusedDevice.TakesIndices(targets);

    private static SoftmaxEntropyCall Call(Tensor hidden, Tensor weight, Tensor bias, Tensor targets, GradientPath path) =>
        new(hidden, new DecoderRows(weight, bias, 0, weight.shape[0]), targets, 1.0 / hidden.shape[0], path);

    private static void Check(Tensor hidden, Tensor weight, Tensor bias, Tensor targets)
    {
    }
}
