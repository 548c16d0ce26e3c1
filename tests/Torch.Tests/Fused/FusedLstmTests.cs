using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using TorchSharp.Modules;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedLstmTests
{
    public static TheoryData<long, long, long, long> Shapes => new()
    {
        { 1, 1, 1, 1 },
        { 1, 20, 24, 24 },
        { 35, 1, 3, 3 },
        { 5, 3, 7, 5 },
        { 7, 20, 24, 24 },
        { 4, 16, 17, 33 },
        { 9, 20, 200, 200 },
        { 2, 128, 40, 129 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_libtorchs_layer_in_values_and_gradients(long time, long batch, long inputs, long hidden)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            WithThreads(threads, () =>
            {
                using DisposeScope scope = NewDisposeScope();
                manual_seed(time + hidden);
                Tensor[] leaves = Leaves(time, batch, inputs, hidden);
                Tensor[] twins = [.. leaves.Select(Twin)];
                (Tensor y, Tensor h, Tensor c) = Run(leaves);
                (Tensor plainY, Tensor plainH, Tensor plainC) = RunLibTorch(twins);
                AssertClose(plainY, y, "y");
                AssertClose(plainH, h, "h");
                AssertClose(plainC, c, "c");

                Tensor onY = randn(time, batch, hidden);
                Tensor onH = randn(batch, hidden);
                Tensor onC = randn(batch, hidden);
                ((y * onY).sum() + (h * onH).sum() + (c * onC).sum()).backward();
                ((plainY * onY).sum() + (plainH * onH).sum() + (plainC * onC).sum()).backward();
                for (int i = 0; i < leaves.Length; i++)
                {
                    AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i} with {threads} threads");
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Other_devices_layer_equals_TorchSharps(long time, long batch, long inputs, long hidden)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        Tensor[] leaves = Leaves(time, batch, inputs, hidden);
        Tensor[] twins = [.. leaves.Select(Twin)];
        (Tensor y, Tensor h, Tensor c) = LibTorchLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves));
        (Tensor plainY, Tensor plainH, Tensor plainC) = RunLibTorch(twins);
        AssertClose(plainY, y, "y");
        AssertClose(plainH, h, "h");
        AssertClose(plainC, c, "c");
        (y * y).sum().backward();
        (plainY * plainY).sum().backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i}");
        }
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void A_gradient_may_come_through_any_one_output(bool throughY, bool throughH, bool throughC)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        Tensor[] leaves = Leaves(5, 3, 7, 6);
        Tensor[] twins = [.. leaves.Select(Twin)];
        Pick(Run(leaves)).sum().backward();
        Pick(RunLibTorch(twins)).sum().backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            AssertClose(twins[i].grad!, leaves[i].grad, $"gradient of input {i}");
        }

        Tensor Pick((Tensor Y, Tensor H, Tensor C) result)
        {
            Assert.True(throughY || throughH || throughC);
            return throughY ? result.Y : throughH ? result.H : result.C;
        }
    }

    [Fact]
    public void Only_the_inputs_that_ask_get_a_gradient()
    {
        for (int asking = 0; asking < 7; asking++)
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(5);
            Tensor[] leaves = Leaves(4, 2, 5, 6);
            for (int i = 0; i < leaves.Length; i++)
            {
                leaves[i].requires_grad = i == asking;
            }

            Tensor[] twins = [.. leaves.Select(Twin)];
            (Tensor y, _, _) = Run(leaves);
            (Tensor plain, _, _) = RunLibTorch(twins);
            y.sum().backward();
            plain.sum().backward();
            for (int i = 0; i < leaves.Length; i++)
            {
                Assert.Equal(i == asking, leaves[i].grad is not null);
            }

            AssertClose(twins[asking].grad!, leaves[asking].grad, $"gradient of input {asking}");
        }
    }

    [Fact]
    public void Into_grad_adds_to_what_is_there()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Tensor[] leaves = Leaves(6, 4, 9, 10);
        Tensor[] twins = [.. leaves.Select(Twin)];
        Tensor[] views = new Tensor[leaves.Length];
        for (int i = 3; i < leaves.Length; i++)
        {
            views[i] = ones_like(leaves[i]);
            leaves[i].grad = views[i];
        }

        Run(leaves, GradientPath.IntoGrad).Y.sum().backward();
        RunLibTorch(twins).Y.sum().backward();
        for (int i = 3; i < leaves.Length; i++)
        {
            AssertClose(twins[i].grad! + 1, views[i], $"gradient of input {i}");
        }
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(7);
        Tensor[] leaves = Leaves(8, 20, 200, 200);
        Tensor[] twins = [.. leaves.Select(Twin)];
        WithThreads(1, () => (Run(leaves).Y * 1).sum().backward());
        WithThreads(2, () => (Run(twins).Y * 1).sum().backward());
        for (int i = 0; i < leaves.Length; i++)
        {
            Assert.True(BitEqual(leaves[i].grad!, twins[i].grad!), $"gradient of input {i}");
        }
    }

    [Fact]
    public void Non_contiguous_inputs_are_read_as_they_stand()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(8);
        Tensor[] leaves = Leaves(5, 4, 6, 6);
        Tensor[] twins = [.. leaves.Select(Twin)];
        Tensor turned = leaves[0].transpose(0, 1).contiguous().transpose(0, 1);
        Assert.False(turned.is_contiguous());
        (Tensor y, _, _) = FusedLstm.Run(turned, leaves[1], leaves[2], Weights(leaves));
        (Tensor plain, _, _) = RunLibTorch(twins);
        AssertClose(plain, y, "y");
        y.transpose(0, 1).pow(2).sum().backward();
        plain.pow(2).sum().backward();
        AssertClose(twins[0].grad!, leaves[0].grad, "gradient of x");
    }

    [Fact]
    public void Saturated_gates_stay_finite_and_a_nan_stays_a_nan()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(9);
        Tensor[] leaves = Leaves(3, 2, 4, 4);
        using (no_grad())
        {
            leaves[0].mul_(1e6);
        }

        Tensor[] twins = [.. leaves.Select(Twin)];
        (Tensor y, _, _) = Run(leaves);
        AssertClose(RunLibTorch(twins).Y, y, "y");
        using (no_grad())
        {
            leaves[0].fill_(float.NaN);
        }

        Assert.True(float.IsNaN(Run(leaves).Y.sum().item<float>()));
    }

    [Fact]
    public void Other_types_than_float32_go_through_libtorch()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] floats = Leaves(3, 2, 4, 5), doubles = [.. floats.Select(leaf => leaf.detach().to(ScalarType.Float64).requires_grad_())];
        (Tensor Y, Tensor H, Tensor C) single = Run(floats), run = Run(doubles);
        Assert.Equal(ScalarType.Float64, run.Y.dtype);
        AssertClose(single.Y, run.Y.to(ScalarType.Float32), "y");
        AssertClose(single.H, run.H.to(ScalarType.Float32), "h");
        AssertClose(single.C, run.C.to(ScalarType.Float32), "c");
        single.Y.sum().backward();
        run.Y.sum().backward();
        for (int i = 0; i < floats.Length; i++)
        {
            Assert.Equal(ScalarType.Float64, doubles[i].grad!.dtype);
            AssertClose(floats[i].grad!, doubles[i].grad!.to(ScalarType.Float32), $"gradient of input {i}");
        }
    }

    [Fact]
    public void A_wrong_shape_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = Leaves(3, 2, 4, 5);
        leaves[1] = zeros(2, 6);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Run(leaves));
        Assert.Contains("h0 has shape [2, 6], expected [2, 5]", error.Message, StringComparison.Ordinal);
    }

    // x, h0, c0, and the four parameters.
    private static Tensor[] Leaves(long time, long batch, long inputs, long hidden) =>
    [
        Leaf(1, time, batch, inputs),
        Leaf(1, batch, hidden),
        Leaf(1, batch, hidden),
        Leaf(0.2, 4 * hidden, inputs),
        Leaf(0.2, 4 * hidden, hidden),
        Leaf(0.5, 4 * hidden),
        Leaf(0.5, 4 * hidden),
    ];

    private static LstmWeights Weights(Tensor[] leaves) => new(leaves[3], leaves[4], leaves[5], leaves[6]);

    private static (Tensor Y, Tensor H, Tensor C) Run(Tensor[] leaves, GradientPath path = GradientPath.Autograd) =>
        FusedLstm.Run(leaves[0], leaves[1], leaves[2], Weights(leaves), path);

    // libtorch's own layer. Its parameters take the values of the leaves' weights, and their places.
    private static (Tensor Y, Tensor H, Tensor C) RunLibTorch(Tensor[] leaves)
    {
        LSTM layer = nn.LSTM(leaves[0].shape[2], leaves[1].shape[1]);
        string[] names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
        using (no_grad())
        {
            for (int i = 0; i < names.Length; i++)
            {
                Parameter parameter = layer.get_parameter(names[i])!;
                parameter.copy_(leaves[3 + i]);
                parameter.requires_grad = leaves[3 + i].requires_grad;
                leaves[3 + i] = parameter;
            }
        }

        (Tensor y, Tensor h, Tensor c) = layer.call(leaves[0], (leaves[1].unsqueeze(0), leaves[2].unsqueeze(0)));
        return (y, h.squeeze(0), c.squeeze(0));
    }
}
