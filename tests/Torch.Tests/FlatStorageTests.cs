using Compression.Torch.Storage;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Gradients and parameters as views of one vector.</summary>
[Seeded]
public sealed class FlatStorageTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly LSTM lstm = nn.LSTM(3, 4, 2);
    private readonly Linear decoder = nn.Linear(4, 2);
    private readonly Parameter[] parameters;

    public FlatStorageTests() => parameters = [.. lstm.parameters(), .. decoder.parameters()];

    public void Dispose()
    {
        lstm.Dispose();
        decoder.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void Gradients_stay_views_over_backwards_and_hold_what_libtorch_computes()
    {
        Tensor x = randn(5, 2, 3);
        Loss(x).backward();
        float[] expected = [.. parameters.SelectMany(parameter => Values.Floats(parameter.grad!))];

        using var storage = new FlatStorage(parameters);
        for (int round = 0; round < 3; round++)
        {
            storage.Zero();
            Loss(x).backward();
            Assert.Equal(expected, storage.Gradients.ToArray());
        }

        storage.Gradients[(int)storage.Offsets[3]] = 42;
        Assert.Equal(42, Values.Floats(parameters[3].grad!)[0]);
        Assert.Equal(parameters.Sum(parameter => parameter.numel()), storage.Length);
    }

    [Fact]
    public void Gradients_that_were_dropped_are_attached_again()
    {
        using var storage = new FlatStorage(parameters);
        decoder.zero_grad();
        Assert.Null(decoder.weight.grad);
        storage.Attach();
        Loss(randn(5, 2, 3)).backward();
        Assert.Contains(storage.Gradients[(int)storage.Offsets[^2]..].ToArray(), value => value != 0);
    }

    [Fact]
    public void Parameters_become_views_and_keep_their_values()
    {
        Tensor x = randn(5, 2, 3);
        float before = Loss(x).item<float>();
        using var values = new FlatParameters(parameters);
        using var gradients = new FlatStorage(parameters);
        Assert.Equal(before, Loss(x).item<float>(), 1e-6f);

        Loss(x).backward();
        float[] expected = [.. values.Values.ToArray().Zip(gradients.Gradients.ToArray(), (value, gradient) => value - (0.5f * gradient))];
        for (int i = 0; i < values.Length; i++)
        {
            values.Values[i] -= 0.5f * gradients.Gradients[i];
        }

        Assert.Equal(expected, parameters.SelectMany(Values.Floats));
        Assert.True(Loss(x).item<float>() < before);
        Assert.Equal(gradients.Offsets, values.Offsets);
        gradients.Zero();
        Loss(x).backward();
        Assert.Contains(gradients.Gradients.ToArray(), value => value != 0);
    }

    [Fact]
    public void Disposal_gives_the_gradients_up()
    {
        var storage = new FlatStorage(parameters);
        storage.Dispose();
        Assert.All(parameters, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Other_types_are_refused()
    {
        Parameter wide = nn.Parameter(zeros(2, ScalarType.Float64));
        Assert.Contains("Float64", Assert.Throws<ArgumentException>(() => new FlatStorage([parameters[0], wide])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FlatStorage([]));
    }

    private Tensor Loss(Tensor x) => decoder.call(lstm.call(x).Item1).pow(2).mean();
}
