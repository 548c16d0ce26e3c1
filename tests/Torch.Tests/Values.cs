using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Tensors to arrays and back.</summary>
internal static class Values
{
    public static float[] Floats(Tensor tensor)
    {
        using Tensor dense = tensor.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
    }

    public static double[] Doubles(Tensor tensor)
    {
        using Tensor dense = tensor.detach().to(ScalarType.Float64).contiguous();
        return MemoryMarshal.Cast<byte, double>(dense.bytes).ToArray();
    }

    public static long[] Longs(Tensor tensor)
    {
        using Tensor dense = tensor.contiguous();
        return MemoryMarshal.Cast<byte, long>(dense.bytes).ToArray();
    }

    public static void Near(IReadOnlyList<double> expected, Tensor actual, double tolerance)
    {
        double[] values = Doubles(actual);
        Assert.Equal(expected.Count, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - values[i]) <= tolerance * (1 + Math.Abs(expected[i])),
                $"entry {i}: {values[i]:R} is not {expected[i]:R}");
        }
    }

    /// <summary>Numbers of (−1, 1) that are the same everywhere.</summary>
    public static double[] Spread(int count, int seed)
    {
        var numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = Math.Sin((seed * 7.7) + (i * 1.3) + (0.1 * i * i));
        }

        return numbers;
    }

    public static Tensor Of(double[] values, params long[] shape) => tensor(values, shape);

    /// <summary>
    /// Compares the gradient of a Float64 leaf with central differences of the loss, entry by entry.
    /// </summary>
    public static void GradientIsTheDerivative(Tensor leaf, Func<Tensor> loss, double tolerance = 1e-6)
    {
        leaf.grad = null;
        loss().backward();
        double[] gradient = Doubles(leaf.grad!);
        double[] start = Doubles(leaf);
        const double Step = 1e-5;
        for (int i = 0; i < start.Length; i++)
        {
            double Shifted(double by)
            {
                double[] moved = [.. start];
                moved[i] += by;
                using IDisposable unrecorded = no_grad();
                leaf.copy_(Of(moved, leaf.shape));
                return loss().item<double>();
            }

            double slope = (Shifted(Step) - Shifted(-Step)) / (2 * Step);
            Assert.True(Math.Abs(slope - gradient[i]) <= tolerance * (1 + Math.Abs(slope)), $"entry {i}: {gradient[i]:R}, slope {slope:R}");
        }

        using (no_grad())
        {
            leaf.copy_(Of(start, leaf.shape));
        }
    }
}
