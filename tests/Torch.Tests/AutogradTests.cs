using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Gradients, the modes of recording, and the messages of errors.</summary>
public sealed class AutogradTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Gradients_add_up_over_backwards()
    {
        Tensor x = tensor(new[] { 1.0, 2 }).requires_grad_();
        (x * x).sum().backward();
        (x * x).sum().backward();
        Values.Near([4, 8], x.grad!, 0);
        Assert.True(x.is_leaf);
        Assert.False((x * 2).is_leaf);
    }

    [Fact]
    public void Backward_starts_from_given_gradients_and_keeps_the_graph_on_request()
    {
        Tensor x = tensor(new[] { 1.0, 2 }).requires_grad_();
        Tensor y = x * x;
        y.backward([tensor(new[] { 1.0, 10 })], retain_graph: true);
        Values.Near([2, 40], x.grad!, 0);
        y.sum().backward();
        Values.Near([4, 44], x.grad!, 0);
    }

    [Fact]
    public void Operations_differentiate()
    {
        Tensor x = Values.Of(Values.Spread(6, 4), 2, 3).requires_grad_();
        Tensor mask = tensor(new[] { true, false, true });
        Values.GradientIsTheDerivative(x, () => (x.tanh() * x.exp()).sum());
        Values.GradientIsTheDerivative(x, () => einsum("ij,kj->ik", x, x).pow(2).sum());
        Values.GradientIsTheDerivative(x, () => logsumexp(x.masked_fill(mask, 0.3), 1).sum());
        Values.GradientIsTheDerivative(x, () => nn.functional.layer_norm(x, [3]).pow(3).sum());
        Values.GradientIsTheDerivative(x, () => (cat([x, x.narrow(1, 0, 1)], 1).permute(1, 0).contiguous().view(-1).softmax(0) * arange(8)).sum());
        Values.GradientIsTheDerivative(x, () => x.index_select(1, tensor(new long[] { 2, 2, 0 })).pow(2).sum());
    }

    [Fact]
    public void Nothing_is_recorded_without_gradients()
    {
        Tensor x = ones(1, requires_grad: true);
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.True((x * 2).requires_grad);
            }

            Assert.False(is_grad_enabled());
        }

        using (inference_mode())
        {
            Assert.False((x * 2).requires_grad);
        }

        Assert.True((x * 2).requires_grad);
        Assert.False(x.detach().requires_grad);
    }

    [Fact]
    public void A_shape_that_does_not_fit_gives_libtorchs_text()
    {
        ExternalException error = Assert.Throws<ExternalException>(() => ones(2, 3).mm(ones(2, 3)));
        Assert.Contains("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_misuse_gives_libtorchs_text_too()
    {
        Assert.Contains("grad", Assert.Throws<ExternalException>(() => ones(1).backward()).Message, StringComparison.Ordinal);
        Assert.Contains("2 elements", Assert.Throws<ExternalException>(() => ones(2).item<float>()).Message, StringComparison.Ordinal);
        Tensor x = ones(2, requires_grad: true);
        Assert.Contains("in-place", Assert.Throws<ExternalException>(() => x.add_(1)).Message, StringComparison.Ordinal);
        Assert.Contains("shape", Assert.Throws<ExternalException>(() => x.grad = ones(3)).Message, StringComparison.Ordinal);
        Assert.Throws<ExternalException>(() => set_num_threads(0));
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        Tensor x = ones(1);
        x.Dispose();
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => x.add(1));
    }
}
