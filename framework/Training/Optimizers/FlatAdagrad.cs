using Compression.Core.Kernels;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>Adagrad over the flat vectors, as PyTorch defines it: g ← g + λp; s ← s + g²; p ← p − η g/(√s + 1e-10) (Duchi et al. 2011).</summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="weightDecay">λ.</param>
/// <param name="initialSum">Where s begins.</param>
public sealed class FlatAdagrad(FlatModel model, ThreadTeam team, double weightDecay, float initialSum = 0)
    : MomentOptimizer(model, team, initialSum, "sum_of_squares")
{
    private const float Epsilon = 1e-10f;

    protected override void StepInKernels(Span<float> parameters, double learningRate)
    {
        AdaptiveDirection.Invoke(Team, Decayed(parameters, weightDecay), Direction, Moment(0), Epsilon);
        AddScaled.Invoke(Team, parameters, 1, Direction, (float)-learningRate);
    }

    protected override void StepInOperators(Tensor parameters, Tensor gradient, Tensor[] moments, double learningRate)
    {
        gradient = Decayed(parameters, gradient, weightDecay);
        moments[0].addcmul_(gradient, gradient, 1);
        parameters.add_(gradient / (moments[0].sqrt() + Epsilon), -learningRate);
    }
}
