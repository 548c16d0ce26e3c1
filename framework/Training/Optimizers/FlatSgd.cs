using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent over the flat vectors, as PyTorch defines it: g ← g + λp; v ← μv + g (v = g in the first step);
/// p ← p − ηv. Without momentum and weight decay one pass.
/// </summary>
public sealed class FlatSgd : IFlatOptimizer
{
    private const string StateName = "optimizer/momentum";

    private readonly FlatModel _model;
    private readonly double _momentum;
    private readonly double _weightDecay;
    private readonly Tensor? _velocity;

    /// <param name="model">What is trained.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">λ.</param>
    public FlatSgd(FlatModel model, double momentum, double weightDecay)
    {
        _model = model;
        _momentum = momentum;
        _weightDecay = weightDecay;
        _velocity = momentum > 0 ? zeros_like(model.FlatGradients).DetachFromDisposeScope() : null;
    }

    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var gradient = _model.FlatGradients;
        if (_weightDecay > 0)
        {
            gradient.add_(_model.FlatParameters, _weightDecay);
        }

        // From zeros the first step gives v = g, as PyTorch's first step does.
        var direction = _velocity is null ? gradient : _velocity.mul_(_momentum).add_(gradient);
        _model.FlatParameters.add_(direction, -learningRate);
        _model.RoundParameters();
    }

    public void Save(IStateWriter writer)
    {
        if (_velocity is not null)
        {
            using var onHost = _velocity.cpu();
            writer.Write(StateName, MemoryMarshal.Cast<byte, float>(onHost.bytes));
        }
    }

    public void Load(IStateReader reader)
    {
        if (_velocity is not null)
        {
            using var noGradient = no_grad();
            using var onHost = zeros(_velocity.numel());
            reader.Read(StateName, MemoryMarshal.Cast<byte, float>(onHost.bytes));
            _velocity.copy_(onHost);
        }
    }

    public void Dispose() => _velocity?.Dispose();
}
