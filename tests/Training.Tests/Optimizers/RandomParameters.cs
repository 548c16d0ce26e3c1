using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

/// <summary>Parameters without a model: one of them zero, one longer than a vector register and not a multiple of it.</summary>
internal sealed class RandomParameters : nn.Module
{
    /// <param name="scale">Of the matrix's standard deviation.</param>
    public RandomParameters(double scale = 1)
        : base(nameof(RandomParameters))
    {
        register_parameter("matrix", new Parameter(randn(7, 9) * scale));
        register_parameter("zero", new Parameter(zeros(5)));
        register_parameter("vector", new Parameter(randn(3) * 20));
    }

    /// <summary>The same parameters once more.</summary>
    public RandomParameters Copy()
    {
        var copy = new RandomParameters();
        using var unrecorded = no_grad();
        foreach (var (from, to) in parameters().Zip(copy.parameters()))
        {
            to.copy_(from);
        }

        return copy;
    }

    /// <summary>Gives these parameters the gradients of others.</summary>
    public void TakeGradients(RandomParameters others)
    {
        foreach (var (from, to) in others.parameters().Zip(parameters()))
        {
            to.grad = from.grad!.clone();
        }
    }

    /// <summary>All elements in the order of the parameters.</summary>
    public float[] Values() => [.. parameters().SelectMany(parameter => parameter.Floats())];

    /// <summary>All gradients in the order of the parameters.</summary>
    public float[] Gradients() => [.. parameters().SelectMany(parameter => parameter.grad!.Floats())];
}
