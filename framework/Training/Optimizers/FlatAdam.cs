using Compression.Core.Kernels;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// Adam over the flat vectors, as PyTorch defines it: g ← g + λp; m, v decay towards g and g²; p ← p − η m̂/(√v̂ + ε) with moments
/// corrected for their start from zero (Kingma and Ba 2015). AdamW leaves g as it is: p ← (1 − ηλ)p − η m̂/(√v̂ + ε) (Loshchilov and Hutter 2019,
/// "Decoupled weight decay regularization").
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="settings">β₁, β₂, ε, λ, and where λ acts.</param>
public sealed class FlatAdam(FlatModel model, ThreadTeam team, AdamSettings settings)
    : MomentOptimizer(model, team, 0, "first_moment", "second_moment")
{
    /// <summary>β₁, β₂, ε, λ, and where λ acts.</summary>
    public AdamSettings Settings => settings;

    /// <summary>m, [d]; whoever changes it does so in place.</summary>
    public Tensor FirstMoment => MomentTensor(0);

    /// <summary>v, [d].</summary>
    public Tensor SecondMoment => MomentTensor(1);

    /// <summary>Steps in which v was held.</summary>
    public long HeldSteps { get; internal set; }

    /// <summary>What corrects the moments for their start from zero.</summary>
    public MomentRates Rates => MomentRates.Corrected(settings.Beta1, settings.Beta2, settings.Epsilon, Steps, Steps - HeldSteps);

    /// <summary>λ where it is part of the gradient, else 0.</summary>
    public double DecayOfGradient => settings.DecouplesDecay ? 0 : settings.WeightDecay;

    /// <summary>Counts a step that others take with m, and in which v stays as it is.</summary>
    public void Hold()
    {
        Steps++;
        HeldSteps++;
    }

    /// <summary>What a step at a rate leaves of the parameters before it adds its direction.</summary>
    public double Kept(double learningRate) => settings.DecouplesDecay ? 1 - (learningRate * settings.WeightDecay) : 1;

    protected override void StepInKernels(Span<float> parameters, double learningRate)
    {
        MomentDirection.Invoke(Team, Decayed(parameters, DecayOfGradient), Direction, Moment(0), Moment(1), Rates);
        AddScaled.Invoke(Team, parameters, (float)Kept(learningRate), Direction, (float)-learningRate);
    }

    protected override void StepInOperators(Tensor parameters, Tensor gradient, Tensor[] moments, double learningRate)
    {
        var direction = AdamDirection(Decayed(parameters, gradient, DecayOfGradient), moments, Rates);
        if (settings.DecouplesDecay)
        {
            parameters.mul_(Kept(learningRate));
        }

        parameters.add_(direction, -learningRate);
    }
}
