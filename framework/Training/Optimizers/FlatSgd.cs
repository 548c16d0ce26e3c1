using Compression.Core.Contracts;
using Compression.Torch.Devices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent over the flat vectors, as PyTorch defines it: g ← g + λp; v ← μv + g (v = g in the first step);
/// p ← p − ηv. Without momentum and weight decay one pass.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="momentum">μ.</param>
/// <param name="weightDecay">λ.</param>
public sealed class FlatSgd(FlatModel model, double momentum, double weightDecay) : IFlatOptimizer
{
    private const string StateName = "optimizer/momentum";

    private readonly Tensor? _velocity = momentum > 0 ? zeros_like(model.FlatGradients).DetachFromDisposeScope() : null;

    /// <summary>SGD, or its step by the sign of the gradient, which has no momentum and decouples the decay.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="momentum">μ; 0 with <see cref="UpdateRule.Sign"/>.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="update">What the step takes of the gradient.</param>
    public static IFlatOptimizer Create(FlatModel model, double momentum, double weightDecay, UpdateRule update) =>
        update == UpdateRule.Sign ? new FlatSignSgd(model, weightDecay) : new FlatSgd(model, momentum, weightDecay);

    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradient = model.FlatGradients;
        if (weightDecay > 0)
        {
            gradient.add_(model.FlatParameters, weightDecay);
        }

        // From zeros the first step gives v = g, as PyTorch's first step does.
        var direction = _velocity is null ? gradient : _velocity.mul_(momentum).add_(gradient);
        model.FlatParameters.add_(direction, -learningRate);
        model.RoundParameters();
    }

    public void Save(IStateWriter writer)
    {
        if (_velocity is not null)
        {
            DeviceTransfer.Show(_velocity, values => writer.Write(StateName, values));
        }
    }

    public void Load(IStateReader reader)
    {
        if (_velocity is not null)
        {
            DeviceTransfer.Fill(_velocity, values => reader.Read(StateName, values));
        }
    }

    public void Dispose() => _velocity?.Dispose();
}
