using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Training.Parameters;

namespace Compression.Training.Optimizers;

/// <summary>Adagrad over the flat vectors, as PyTorch defines it: g ← g + λp; s ← s + g²; p ← p − η g/(√s + 1e-10) (Duchi et al. 2011).</summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="weightDecay">λ.</param>
/// <param name="initialSum">Where s begins.</param>
public sealed class FlatAdagrad(FlatModel model, ThreadTeam team, double weightDecay, float initialSum = 0) : IFlatOptimizer
{
    private const float Epsilon = 1e-10f;

    private readonly FlatMoments _moments = FlatMoments.Of(model.Bucket.Layout.Length, initialSum, "sum_of_squares");

    public void Step(double learningRate) => model.ChangeParameters(parameters =>
    {
        _moments.Steps++;
        AdaptiveDirection.Invoke(
            team, _moments.Decayed(team, model.Bucket.All, parameters, weightDecay), _moments.Direction, _moments[0], Epsilon);
        AddScaled.Invoke(team, parameters, 1, _moments.Direction, (float)-learningRate);
    });

    public void Save(IStateWriter writer) => _moments.Save(writer);

    public void Load(IStateReader reader) => _moments.Load(reader);

    public void Dispose()
    {
    }
}
