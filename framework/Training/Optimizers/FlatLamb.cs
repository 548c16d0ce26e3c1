using Compression.Core.Kernels;
using Compression.Training.Parameters;
using static TorchSharp.torch;

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

    private bool IsEarly => version == LambVersion.May2019;

    private MomentRates Rates => new((float)Beta1, (float)Beta2, 1, 1, IsEarly ? 1e-8f : 1e-6f);

    protected override void StepInKernels(Span<float> parameters, double learningRate)
    {
        double rate = RateOf(learningRate);
        MomentDirection.Invoke(Team, Decayed(parameters, IsEarly ? weightDecay : 0), Direction, Moment(0), Moment(1), Rates);
        if (!IsEarly && weightDecay > 0)
        {
            AddScaled.Invoke(Team, Direction, 1, parameters, (float)weightDecay);
        }

        foreach (var slot in Model.Bucket.Layout.Slots)
        {
            var weights = parameters.Slice(slot.Offset, slot.Length);
            var direction = Direction.Slice(slot.Offset, slot.Length);
            double trust = Trust(Math.Sqrt(SumOfSquares.Invoke(Team, weights)), Math.Sqrt(SumOfSquares.Invoke(Team, direction)));
            AddScaled.Invoke(Team, weights, 1, direction, (float)(-rate * trust));
        }
    }

    protected override void StepInOperators(Tensor parameters, Tensor gradient, Tensor[] moments, double learningRate)
    {
        double rate = RateOf(learningRate);
        var direction = AdamDirection(Decayed(parameters, gradient, IsEarly ? weightDecay : 0), moments, Rates);
        direction = Decayed(parameters, direction, IsEarly ? 0 : weightDecay);
        foreach (var slot in Model.Bucket.Layout.Slots)
        {
            using var scope = NewDisposeScope();
            Tensor weights = parameters.narrow(0, slot.Offset, slot.Length), own = direction.narrow(0, slot.Offset, slot.Length);

            // The norms stay on the device: reading them would wait for it once for each parameter.
            Tensor ofWeights = weights.norm(), ofOwn = own.norm();
            Tensor trust = IsEarly ? (ofWeights / ofOwn).clamp(max: Bound) : ofWeights.clamp(max: Bound) / ofOwn;
            trust = trust.masked_fill(ofWeights.eq(0) | ofOwn.eq(0), 1);
            weights.sub_(own * trust * rate);
        }
    }

    private double RateOf(double learningRate) => IsEarly ? learningRate * Correction(Steps) : learningRate;

    private static double Correction(long step) => Math.Sqrt(1 - Math.Pow(Beta2, step)) / (1 - Math.Pow(Beta1, step));

    // The ratio of two root mean squares over as many elements is that of the norms.
    private double Trust(double weights, double direction) =>
        weights == 0 || direction == 0 ? 1
        : version == LambVersion.May2019 ? Math.Min(weights / direction, Bound)
        : Math.Min(weights, Bound) / direction;
}
