using Compression.Core.Contracts;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// A step of one length in every parameter, by the sign of its mean gradient (Bernstein et al. 2018, "signSGD"; the last step of Peng et al. 2024, "DeMo"),
/// with decoupled weight decay: p ← (1 − ηλ)p − η·sign(g), sign(0) = 0.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="weightDecay">λ.</param>
public sealed class FlatSignSgd(FlatModel model, double weightDecay) : IFlatOptimizer
{
    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        if (weightDecay > 0)
        {
            model.FlatParameters.mul_(1 - (learningRate * weightDecay));
        }

        model.FlatParameters.add_(model.FlatGradients.sign_(), -learningRate);
        model.RoundParameters();
    }

    public void Save(IStateWriter writer)
    {
    }

    public void Load(IStateReader reader)
    {
    }

    public void Dispose()
    {
    }
}
