using Compression.Core.Kernels;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// Adam over the flat vectors, as PyTorch defines it: g ← g + λp; m, v decay towards g and g²; p ← p − η m̂/(√v̂ + ε) with moments
/// corrected for their start from zero (Kingma and Ba 2015).
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="weightDecay">λ.</param>
public sealed class FlatAdam(FlatModel model, ThreadTeam team, double weightDecay)
    : MomentOptimizer(model, team, 0, "first_moment", "second_moment")
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private MomentRates Rates => MomentRates.Corrected(Beta1, Beta2, Epsilon, Steps);

    protected override void StepInKernels(Span<float> parameters, double learningRate)
    {
        MomentDirection.Invoke(Team, Decayed(parameters, weightDecay), Direction, Moment(0), Moment(1), Rates);
        AddScaled.Invoke(Team, parameters, 1, Direction, (float)-learningRate);
    }

    protected override void StepInOperators(Tensor parameters, Tensor gradient, Tensor[] moments, double learningRate) =>
        parameters.add_(AdamDirection(Decayed(parameters, gradient, weightDecay), moments, Rates), -learningRate);
}
