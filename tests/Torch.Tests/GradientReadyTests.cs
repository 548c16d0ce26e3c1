using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>When, how often and in which order gradients are told of.</summary>
public sealed class GradientReadyTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Linear first = nn.Linear(3, 3, hasBias: false);
    private readonly Linear second = nn.Linear(3, 3, hasBias: false);
    private readonly Linear third = nn.Linear(3, 3, hasBias: false);
    private readonly Parameter[] parameters;

    public GradientReadyTests() => parameters = [first.weight, second.weight, third.weight];

    public void Dispose() => scope.Dispose();

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
        using var storage = new FlatStorage(parameters);
        using GradientReady hooks = GradientReady.Register(parameters, index => seen[index] = Values.Floats(parameters[index].grad!));
        Loss().backward();
        hooks.AfterBackward();
        Assert.All(seen, pair => Assert.Equal(Values.Floats(parameters[pair.Key].grad!), pair.Value));
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public void A_parameter_used_twice_is_told_of_once_and_an_unused_one_never()
    {
        var order = new List<int>();
        using GradientReady hooks = GradientReady.Register(parameters, order.Add);
        first.call(first.call(ones(2, 3))).sum().backward();
        hooks.AfterBackward();
        Assert.Equal([0], order);
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
        Assert.NotNull(first.weight.grad);
        Assert.Equal("call 1", Assert.Throws<InvalidOperationException>(hooks.AfterBackward).Message);
        hooks.AfterBackward();
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
        Assert.Throws<ExternalException>(() => GradientReady.Register([parameters[0], still], _ => { }));
    }

    private Tensor Loss() => third.call(second.call(first.call(ones(2, 3)))).pow(2).sum();
}
