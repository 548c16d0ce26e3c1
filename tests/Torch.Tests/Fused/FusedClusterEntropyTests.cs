using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedClusterEntropyTests
{
    [Theory]
    [InlineData(1, 1, 3, 0, 1, 0)]
    [InlineData(7, 24, 100, 0, 60, 3)]
    [InlineData(7, 24, 100, 60, 40, 0)]
    [InlineData(500, 5, 47, 10, 37, 2)]
    public void Equals_linear_and_cross_entropy_over_the_rows(long rows, long width, long words, long first, long count, long more)
    {
        foreach (GradientPath path in Enum.GetValues<GradientPath>())
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(rows);
            Tensor[] leaves = [Leaf(1, rows, width), Leaf(1, words, width), Leaf(1, words), Leaf(1, Math.Max(1, more), width), Leaf(1, Math.Max(1, more))];
            Tensor[] twins = [.. leaves.Select(Twin)];
            foreach (Tensor leaf in leaves.Skip(1))
            {
                leaf.grad = zeros_like(leaf);
            }

            Tensor targets = randint(count + more, [rows], ScalarType.Int64);
            var decoder = new DecoderRows(leaves[1], leaves[2], first, count, more > 0 ? leaves[3] : null, more > 0 ? leaves[4] : null);
            (Tensor loss, Tensor each) = FusedClusterEntropy.Run(leaves[0], decoder, targets, 0.25, path);
            Tensor weight = twins[1].narrow(0, first, count), bias = twins[2].narrow(0, first, count);
            Tensor logits = more > 0
                ? nn.functional.linear(twins[0], cat([weight, twins[3]]), cat([bias, twins[4]]))
                : nn.functional.linear(twins[0], weight, bias);
            Tensor nats = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None);
            AssertClose(nats, each, "each");
            AssertClose(nats.sum() * 0.25, loss, "loss");
            (loss * 0.5).backward();
            (nats.sum() * 0.125).backward();
            for (int i = 0; i < (more > 0 ? 5 : 3); i++)
            {
                AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i}, {path}");
            }

            using IDisposable noGradient = no_grad();
            AssertClose(nats, FusedClusterEntropy.Run(leaves[0], decoder, targets, 1).Each, "each, without a gradient");
        }
    }

    [Fact]
    public void A_target_out_of_range_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        var decoder = new DecoderRows(rand(5, 2), rand(5), 0, 3);
        Assert.Throws<ArgumentException>(() => FusedClusterEntropy.Run(rand(1, 2), decoder, tensor(new long[] { 3 }), 1));
    }
}
