using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedLinearTests
{
    [Theory]
    [InlineData(0, 3, 2, 5, 7, false)]
    [InlineData(4, 3, 2, 5, 7, false)]
    [InlineData(0, 30, 4, 65, 33, true)]
    [InlineData(9, 1, 1, 1, 1, false)]
    public void Equals_linear_in_value_and_gradients(long constants, long steps, long batch, long inputs, long outputs, bool relu)
    {
        foreach (GradientPath path in Enum.GetValues<GradientPath>())
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(inputs);
            Tensor x = Leaf(1, steps, batch, inputs), w = Leaf(1, outputs + 5, inputs), b = Leaf(1, outputs + 5);
            Tensor before = randn(Math.Max(1, constants), batch, inputs);
            Tensor[] twins = [Twin(x), Twin(w), Twin(b)];
            w.grad = zeros_like(w);
            b.grad = zeros_like(b);
            Tensor y = relu
                ? FusedLinear.Apply(x, w, b, relu: true, path)
                : FusedLinear.Rows(constants > 0 ? before : null, x, w, 3, outputs, path);
            Tensor plain = relu
                ? nn.functional.linear(twins[0], twins[1], twins[2]).relu()
                : nn.functional.linear(constants > 0 ? cat([before, twins[0]]) : twins[0], twins[1].narrow(0, 3, outputs));
            AssertClose(plain, y, "output");
            Tensor direction = randn(y.shape);
            (y * direction).sum().backward();
            (plain * direction).sum().backward();
            AssertClose(twins[0].grad!, x.grad, $"gradient of x, {path}");
            AssertClose(twins[1].grad!, w.grad, $"gradient of the weight, {path}");
            if (relu)
            {
                AssertClose(twins[2].grad!, b.grad, $"gradient of the bias, {path}");
            }
        }
    }

    [Fact]
    public void A_second_derivative_is_refused_and_the_next_call_works_again()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(1, 3, 4), weight = Leaf(1, 5, 4);
        FusedLinear.Apply(x, weight).sum().backward(create_graph: true);
        var failure = Assert.Throws<InvalidOperationException>(() => FusedLinear.Apply(x, weight));
        Assert.Contains("no second derivative", failure.Message, StringComparison.Ordinal);
        Assert.Null(weight.grad);
        BackwardPass.Run(FusedLinear.Apply(x, weight).sum());
        AssertClose(x.sum(0, keepdim: true).expand(5, 4), weight.grad, "gradient of the weight");
    }

    [Fact]
    public void Rows_beyond_the_weight_are_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => FusedLinear.Rows(null, rand(2, 3), rand(4, 3), 2, 3));
    }
}
