using System.Runtime.InteropServices;
using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedCrossEntropyTests
{
    public static TheoryData<long, long, long> Shapes => new()
    {
        { 1, 1, 1 },
        { 1, 3, 2 },
        { 7, 24, 100 },
        { 13, 33, 1001 },
        { 450, 5, 47 },
        { 100, 200, 3000 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_linear_and_cross_entropy_in_value_and_gradients(long rows, long width, long vocabulary)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            WithThreads(threads, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                manual_seed(rows);
                (Tensor[] leaves, Tensor targets) = Leaves(rows, width, vocabulary);
                Tensor[] twins = [.. leaves.Select(Twin)];
                Tensor loss = FusedCrossEntropy.Mean(leaves[0], leaves[1], leaves[2], targets);
                Tensor plain = Plain(twins, targets);
                AssertClose(plain, loss, "loss");
                (loss * 0.37).backward();
                (plain * 0.37).backward();
                for (int i = 0; i < leaves.Length; i++)
                {
                    AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i} with {threads} threads");
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_sum_of_nats_is_that_of_double_arithmetic(long rows, long width, long vocabulary)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(rows);
        (Tensor[] leaves, Tensor targets) = Leaves(rows, width, vocabulary);
        double sum = FusedCrossEntropy.SumOfNats(leaves[0], leaves[1], leaves[2], targets);
        Tensor[] wide = [.. leaves.Select(leaf => leaf.detach().to(ScalarType.Float64))];
        double exact = Plain(wide, targets).item<double>() * rows;
        Assert.Equal(exact, sum, 2e-6 * Math.Max(1, exact));
        Assert.Equal(exact, FusedCrossEntropy.SumOfNats(wide[0], wide[1], wide[2], targets), 1e-9 * Math.Max(1, exact));
    }

    [Fact]
    public void Into_grad_adds_to_what_is_there()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        (Tensor[] leaves, Tensor targets) = Leaves(9, 10, 51);
        Tensor[] twins = [.. leaves.Select(Twin)];
        leaves[1].grad = ones_like(leaves[1]);
        leaves[2].grad = ones_like(leaves[2]);
        FusedCrossEntropy.Mean(leaves[0], leaves[1], leaves[2], targets, GradientPath.IntoGrad).backward();
        Plain(twins, targets).backward();
        AssertClose(twins[0].grad!, leaves[0].grad, "hidden");
        AssertClose(twins[1].grad! + 1, leaves[1].grad, "weight");
        AssertClose(twins[2].grad! + 1, leaves[2].grad, "bias");
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(new float[] { 1000 }).reshape(1, 1);
        Tensor weight = tensor(new float[] { 1, 0.5f, -1 }).reshape(3, 1).requires_grad_();
        Tensor bias = zeros(3);
        Tensor loss = FusedCrossEntropy.Mean(hidden, weight, bias, tensor(new long[] { 1 }));
        Assert.Equal(500, loss.item<float>());
        loss.backward();
        Assert.Equal([1000f, -1000f, 0f], MemoryMarshal.Cast<byte, float>(weight.grad!.bytes).ToArray());
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        (Tensor[] leaves, Tensor targets) = Leaves(120, 200, 3001);
        Tensor[] twins = [.. leaves.Select(Twin)];
        WithThreads(1, () => FusedCrossEntropy.Mean(leaves[0], leaves[1], leaves[2], targets).backward());
        WithThreads(2, () => FusedCrossEntropy.Mean(twins[0], twins[1], twins[2], targets).backward());
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.True(BitEqual(leaves[i].grad!, twins[i].grad!), $"gradient of input {i}");
        }
    }

    [Fact]
    public void A_target_outside_the_vocabulary_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor[] leaves, _) = Leaves(2, 3, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => FusedCrossEntropy.Mean(leaves[0], leaves[1], leaves[2], tensor(new long[] { 0, 4 })));
        Assert.Contains("id 4 is outside [0, 4)", error.Message, StringComparison.Ordinal);
    }

    private static (Tensor[] Leaves, Tensor Targets) Leaves(long rows, long width, long vocabulary) =>
        ([Leaf(1, rows, width), Leaf(0.5, vocabulary, width), Leaf(0.5, vocabulary)],
            tensor(Enumerable.Range(0, (int)rows).Select(i => i * 7919 % vocabulary).ToArray()));

    private static Tensor Plain(Tensor[] leaves, Tensor targets) =>
        nn.functional.cross_entropy(nn.functional.linear(leaves[0], leaves[1], leaves[2]), targets);
}
