using Compression.Core.Contracts;
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
public sealed class FlatAdam(FlatModel model, ThreadTeam team, double weightDecay) : IFlatOptimizer
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly FlatMoments _moments = new(model.Bucket.Layout.Length, "first_moment", "second_moment");

    public void Step(double learningRate)
    {
        var rates = MomentRates.Corrected(Beta1, Beta2, Epsilon, ++_moments.Steps);
        model.ChangeParameters(parameters =>
        {
            MomentDirection.Invoke(
                team, _moments.Decayed(team, model.Bucket.All, parameters, weightDecay), _moments.Direction, _moments[0], _moments[1], rates);
            AddScaled.Invoke(team, parameters, 1, _moments.Direction, (float)-learningRate);
        });
    }

    public void Save(IStateWriter writer) => _moments.Save(writer);

    public void Load(IStateReader reader) => _moments.Load(reader);

    public void Dispose()
    {
    }
}
