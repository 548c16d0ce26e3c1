using System.Globalization;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Kernels;

/// <summary>
/// This project run as a program: prints the width of vectors in bits, then a checksum of values and gradients of every fused function. The
/// runtime reads which instructions it may use when it starts, so that each width needs a process of its own.
/// </summary>
internal static class WidthDigest
{
    public static int Main()
    {
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
        Console.WriteLine(width.ToString(CultureInfo.InvariantCulture));
        Print("linear", [Values(9, 40), Values(33, 40), Values(33)], inputs => [FusedLinear.Apply(inputs[0], inputs[1], inputs[2], relu: true)]);
        Print("embedding", [Values(20, 17)], inputs => [FusedEmbedding.Rows(inputs[0], tensor(new long[] { 3, 7, 3, 19 }))]);
        Print("lstm", [Values(5, 12, 9), Values(12, 21), Values(12, 21), Values(84, 9), Values(84, 21), Values(84), Values(84)], inputs =>
        {
            var (y, h, c) = FusedLstm.Run(inputs[0], inputs[1], inputs[2], new(inputs[3], inputs[4], inputs[5], inputs[6]));
            return [y, h, c];
        });
        Print("projected lstm", [Values(4, 7, 9), Values(7, 10), Values(7, 21), Values(84, 9), Values(84, 10), Values(84), Values(84), Values(10, 21)], inputs =>
        {
            var (y, h, c) = FusedLstm.Run(inputs[0], inputs[1], inputs[2], new(inputs[3], inputs[4], inputs[5], inputs[6], inputs[7]));
            return [y, h, c];
        });
        Print("cross entropy", [Values(6, 11), Values(35, 11), Values(35)], inputs =>
            [FusedCrossEntropy.Mean(inputs[0], inputs[1], inputs[2], tensor(new long[] { 0, 34, 5, 5, 20, 33 }))]);
        Print("sampled softmax", [Values(4, 9), Values(30, 10)], inputs =>
            [FusedSampledSoftmax.Mean(inputs[0], inputs[1], tensor(new long[] { 29, 2, 25, 2 }), Values(21), Values(4), Values(4))]);
        Print("attention", [Values(5, 2, 6), Values(9, 2, 12), Values(9, 6), Values(2, 3), Values(2, 3)], inputs =>
            [FusedRelativeAttention.Run(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], 0, 7)]);
        return 0;
    }

    // Of no generator of libtorch's, whose vectors may differ too.
    private static Tensor Values(params long[] shape)
    {
        var random = new Random((int)shape.Sum());
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return tensor(values, shape);
    }

    private static void Print(string name, Tensor[] inputs, Func<Tensor[], Tensor[]> run)
    {
        foreach (Tensor input in inputs)
        {
            input.requires_grad = true;
        }

        Tensor[] outputs = run(inputs);
        BackwardPass.Run(outputs, [.. outputs.Select(output => output.dim() == 0 ? ones_like(output) : Values(output.shape))]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in outputs.Concat(inputs.Select(input => input.grad!)))
        {
            hash.AppendData(tensor.detach().contiguous().bytes);
        }

        Console.WriteLine($"{name} {Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
