using Compression.Core.Kernels;
using Compression.Training.Parameters;

namespace Compression.Training.Optimizers;

/// <summary>Which of the published definitions of LAMB.</summary>
public enum LambVersion
{
    /// <summary>Of the Transformer-XL runs of May 2019: decay in the gradient, ε = 1e-8, trust min(rms(w)/rms(u), 10), the rate corrected for the moments' start.</summary>
    May2019,

    /// <summary>Of the paper's third version, as published in June 2019: decay in the direction, ε = 1e-6, trust min(‖w‖, 10)/‖u‖, no correction.</summary>
    V3,
}

/// <summary>
/// LAMB (You et al. 2019, "Large Batch Optimization for Deep Learning") over the flat vectors: w ← w − η·r·u with u = m/(√v + ε) of Adam's moments,
/// which start from zero and are not corrected, and of each parameter the trust r, the ratio of the weights' norm to that of u. Where one of the two is 0
/// the trust is 1. Both definitions are those of pytorch-lamb, which the runs used. That of May 2019 multiplies η by √(1−β₂ᵗ)/(1−β₁ᵗ).
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="weightDecay">λ.</param>
/// <param name="version">The definition.</param>
public sealed class FlatLamb(FlatModel model, ThreadTeam team, double weightDecay, LambVersion version)
    : MomentOptimizer(model, team, 0, "first_moment", "second_moment")
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Bound = 10;

    public override void Step(double learningRate)
    {
        Steps++;
        bool early = version == LambVersion.May2019;
        var rates = new MomentRates((float)Beta1, (float)Beta2, 1, 1, early ? 1e-8f : 1e-6f);
        double rate = early ? learningRate * Correction(Steps) : learningRate;
        Model.ChangeParameters(parameters =>
        {
            MomentDirection.Invoke(Team, Decayed(parameters, early ? weightDecay : 0), Direction, Moment(0), Moment(1), rates);
            if (!early && weightDecay > 0)
            {
                AddScaled.Invoke(Team, Direction, 1, parameters, (float)weightDecay);
            }

            foreach (var slot in Model.Bucket.Layout.Slots)
            {
                var weights = parameters.Slice(slot.Offset, slot.Length);
                var direction = Direction.AsSpan(slot.Offset, slot.Length);
                double trust = Trust(Math.Sqrt(SumOfSquares.Invoke(Team, weights)), Math.Sqrt(SumOfSquares.Invoke(Team, direction)));
                AddScaled.Invoke(Team, weights, 1, direction, (float)(-rate * trust));
            }
        });
    }

    private static double Correction(long step) => Math.Sqrt(1 - Math.Pow(Beta2, step)) / (1 - Math.Pow(Beta1, step));

    // The ratio of two root mean squares over as many elements is that of the norms.
    private double Trust(double weights, double direction) =>
        weights == 0 || direction == 0 ? 1
        : version == LambVersion.May2019 ? Math.Min(weights / direction, Bound)
        : Math.Min(weights, Bound) / direction;
}
