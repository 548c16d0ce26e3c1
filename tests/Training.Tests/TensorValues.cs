using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Training.Tests;

internal static class TensorValues
{
    /// <summary>The elements of a float32 tensor, row by row.</summary>
    public static float[] Floats(this Tensor tensor)
    {
        using var noGradient = no_grad();
        using var contiguous = tensor.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(contiguous.bytes).ToArray();
    }

    /// <summary>Each element differs from its counterpart by no more than the tolerance, of the largest magnitude that is expected.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        (expected, actual) = (expected.detach().to(ScalarType.Float64), actual.detach().to(ScalarType.Float64));
        double scale = expected.abs().max().item<double>(), error = (expected - actual).abs().max().item<double>();
        Assert.True(error <= tolerance * scale, $"{what}: off by {error} of {scale}");
    }
}
