using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Torch.Storage;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>When, how often and in which order gradients are told of.</summary>
[Seeded]
public sealed class GradientReadyTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Linear first = nn.Linear(3, 3, hasBias: false);
    private readonly Linear second = nn.Linear(3, 3, hasBias: false);
    private readonly Linear third = nn.Linear(3, 3, hasBias: false);
    private readonly Parameter[] parameters;

    private readonly FlatStorage storage;

    public GradientReadyTests()
    {
        parameters = [first.weight, second.weight, third.weight];
        storage = new FlatStorage(parameters);
    }

    public void Dispose()
    {
        storage.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void Each_parameter_is_told_of_once_the_last_layer_first()
    {
        var order = new List<int>();
        using GradientReady hooks = GradientReady.Register(parameters, order.Add);
        for (int round = 0; round < 2; round++)
        {
            order.Clear();
            Loss().backward();
            hooks.AfterBackward();
            Assert.Equal([2, 1, 0], order);
        }
    }

    [Fact]
    public void The_gradient_is_complete_when_it_is_told_of()
    {
        var seen = new Dictionary<int, float[]>();
        using GradientReady hooks = GradientReady.Register(parameters, index => seen[index] = Values.Floats(parameters[index].grad!));
        Loss().backward();
        Assert.Equal(3, seen.Count);
        hooks.AfterBackward();
        Assert.All(seen, pair => Assert.Equal(Values.Floats(parameters[pair.Key].grad!), pair.Value));
    }

    [Fact]
    public void A_parameter_used_twice_is_told_of_once_after_both_and_an_unused_one_never()
    {
        storage.Dispose();
        using var used = new FlatStorage([first.weight]);
        var seen = new List<float[]>();
        using GradientReady hooks = GradientReady.Register(parameters, index => seen.Add(Values.Floats(parameters[index].grad!)));
        Layer(first, Layer(first, ones(2, 3))).sum().backward();
        hooks.AfterBackward();
        Assert.Equal(Values.Floats(first.weight.grad!), Assert.Single(seen));
    }

    [Fact]
    public void What_libtorchs_operators_are_given_is_told_of_within_backward_with_the_gradient_of_autograd()
    {
        Tensor x = randn(2, 3);
        Tensor Through(Func<Tensor, Tensor> watched) => x.matmul(watched(first.weight)).tanh().matmul(watched(second.weight)).matmul(watched(first.weight)).square().sum();
        Through(static weight => weight).backward();
        float[] expected = Values.Floats(storage.Flat);
        storage.Zero();

        var seen = new List<(int Index, float[] Gradient)>();
        using GradientReady hooks = GradientReady.Register(parameters, index => seen.Add((index, Values.Floats(parameters[index].grad!))));
        Through(static weight => WatchedParameter.Of(weight, GradientPath.IntoGrad)).backward();
        Assert.Equal([1, 0], seen.Select(one => one.Index));
        Assert.Equal(expected, Values.Floats(storage.Flat));
        Assert.All(seen, one => Assert.Equal(Values.Floats(parameters[one.Index].grad!), one.Gradient));
        hooks.AfterBackward();
        Assert.Equal([1, 0, 2], seen.Select(one => one.Index));
    }

    [Fact]
    public void What_libtorch_adds_by_itself_is_told_of_after_backward()
    {
        var order = new List<int>();
        using GradientReady hooks = GradientReady.Register(parameters, order.Add);
        Layer(third, second.call(first.call(ones(2, 3)))).sum().backward();
        Assert.Equal([2], order);
        hooks.AfterBackward();
        Assert.Equal([2, 1, 0], order);
    }

    [Fact]
    public void It_is_told_on_the_thread_of_backward()
    {
        int thread = -1;
        using GradientReady hooks = GradientReady.Register(parameters, _ => thread = Environment.CurrentManagedThreadId);
        Loss().backward();
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void What_a_callback_throws_comes_after_backward_which_completes()
    {
        int calls = 0;
        using GradientReady hooks = GradientReady.Register(parameters, _ => throw new InvalidOperationException($"call {++calls}"));
        Loss().backward();
        Assert.NotEqual(0, first.weight.grad!.abs().sum().item<float>());
        Assert.Equal("call 1", Assert.Throws<InvalidOperationException>(hooks.AfterBackward).Message);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Disposal_ends_it()
    {
        int calls = 0;
        GradientReady hooks = GradientReady.Register(parameters, _ => calls++);
        hooks.Dispose();
        hooks.Dispose();
        Loss().backward();
        Assert.Equal(0, calls);
    }

    [Fact]
    public void A_parameter_that_requires_no_gradient_is_refused()
    {
        Parameter still = nn.Parameter(zeros(1), requires_grad: false);
        Assert.Throws<ArgumentException>(() => GradientReady.Register([parameters[0], still], _ => { }));
    }

    [Fact]
    public void What_a_call_hands_to_autograd_itself_is_told_of_after_backward()
    {
        var seen = new List<float[]>();
        using GradientReady hooks = GradientReady.Register(parameters, index => seen.Add(Values.Floats(parameters[index].grad!)));
        new Doubling(first.weight).Run().sum().backward();
        Assert.Empty(seen);
        hooks.AfterBackward();
        Assert.Equal(Enumerable.Repeat(2f, 9), seen[^1]);
    }

    private static Tensor Layer(Linear layer, Tensor x) => FusedLinear.Apply(x, layer.weight, path: GradientPath.IntoGrad);

    private Tensor Loss() => Layer(third, Layer(second, Layer(first, ones(2, 3)))).pow(2).sum();

    // Its gradient goes to autograd without a look at .grad.
    private sealed class Doubling(Tensor x) : FusedCall
    {
        private readonly GradientInput[] _inputs = [new(x, GradientPath.IntoGrad)];

        internal override string Name => nameof(Doubling);

        internal override IReadOnlyList<GradientInput> Inputs => _inputs;

        protected override Tensor Forward() => x * 2;

        protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results) => results[0] = outputGrad * 2;
    }
}
