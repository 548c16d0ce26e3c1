using Compression.Core.Kernels;
using Compression.Training.Parameters;

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

    public override void Step(double learningRate)
    {
        var rates = MomentRates.Corrected(Beta1, Beta2, Epsilon, ++Steps);
        Model.ChangeParameters(parameters =>
        {
            MomentDirection.Invoke(Team, Decayed(parameters, weightDecay), Direction, Moment(0), Moment(1), rates);
            AddScaled.Invoke(Team, parameters, 1, Direction, (float)-learningRate);
        });
    }
}
