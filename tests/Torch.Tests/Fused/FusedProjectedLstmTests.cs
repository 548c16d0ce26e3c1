using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

/// <summary>The LSTM layer with a projection behind its cells, against libtorch's own with <c>proj_size</c>.</summary>
[Seeded]
public class FusedProjectedLstmTests
{
    private const int FirstWeight = 3;

    public static TheoryData<long, long, long, long, long> Shapes => new()
    {
        { 1, 1, 1, 2, 1 },
        { 1, 20, 24, 24, 7 },
        { 5, 3, 7, 5, 4 },
        { 6, 20, 14, 17, 15 },
        { 7, 20, 24, 96, 24 },
        { 3, 64, 40, 129, 65 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_libtorchs_layer_in_values_and_gradients(long time, long batch, long inputs, long hidden, long outputs) =>
        SameAs(leaves => LibTorchLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves)), GradientPath.Autograd, time, batch, inputs, hidden, outputs);

    [Fact]
    public void Into_grad_adds_to_what_is_there()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Tensor[] leaves = Leaves(6, 4, 9, 10, 7);
        Tensor[] twins = [.. leaves.Select(Twin)];
        Tensor[] views = new Tensor[leaves.Length];
        for (int i = FirstWeight; i < leaves.Length; i++)
        {
            views[i] = ones_like(leaves[i]);
            leaves[i].grad = views[i];
        }

        FusedLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves), GradientPath.IntoGrad).Y.sum().backward();
        LibTorchLstm.Run(twins[0], twins[1], twins[2], Weights(twins)).Y.sum().backward();
        for (int i = FirstWeight; i < leaves.Length; i++)
        {
            AssertClose(twins[i].grad! + 1, views[i], $"gradient of input {i}");
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        Tensor[][] gradients = [.. new[] { 1, 2 }.Select(threads =>
        {
            Tensor[] leaves = [];
            WithThreads(threads, () =>
            {
                manual_seed(7);
                leaves = Leaves(5, 30, 40, 130, 50);
                Tensor y = FusedLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves)).Y;
                (y * y).sum().backward();
            });
            return leaves.Select(leaf => leaf.grad!).ToArray();
        })];
        for (int i = 0; i < gradients[0].Length; i++)
        {
            Assert.True(BitEqual(gradients[0][i], gradients[1][i]), $"gradient of input {i}");
        }
    }

    private static void SameAs(
        Func<Tensor[], (Tensor Y, Tensor H, Tensor C)> reference, GradientPath path, long time, long batch, long inputs, long hidden, long outputs)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(time + hidden);
        Tensor[] leaves = Leaves(time, batch, inputs, hidden, outputs);
        Tensor[] twins = [.. leaves.Select(Twin)];
        (Tensor y, Tensor h, Tensor c) = FusedLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves), path);
        (Tensor plainY, Tensor plainH, Tensor plainC) = reference(twins);
        AssertClose(plainY, y, "y");
        AssertClose(plainH, h, "h");
        AssertClose(plainC, c, "c");
        Tensor onY = randn(time, batch, outputs), onH = randn(batch, outputs), onC = randn(batch, hidden);
        ((y * onY).sum() + (h * onH).sum() + (c * onC).sum()).backward();
        ((plainY * onY).sum() + (plainH * onH).sum() + (plainC * onC).sum()).backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i}");
        }
    }

    private static LstmWeights Weights(Tensor[] leaves) => new(leaves[3], leaves[4], leaves[5], leaves[6], leaves[7]);

    private static Tensor[] Leaves(long time, long batch, long inputs, long hidden, long outputs) =>
    [
        Leaf(1, time, batch, inputs), Leaf(1, batch, outputs), Leaf(1, batch, hidden),
        Leaf(0.3, 4 * hidden, inputs), Leaf(0.3, 4 * hidden, outputs), Leaf(0.3, 4 * hidden), Leaf(0.3, 4 * hidden), Leaf(0.3, outputs, hidden),
    ];
}
