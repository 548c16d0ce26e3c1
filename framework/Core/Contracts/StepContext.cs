using Compression.Core.Reporting;

namespace Compression.Core.Contracts;

/// <summary>Which step of which worker is being aggregated, and what measures its time and bytes.</summary>
/// <param name="Step">Steps done before this one; 0 in the first.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Rank">The worker, 0 to n−1.</param>
/// <param name="LearningRate">The optimizer's rate in this step (residuals in step units are rescaled by it).</param>
/// <param name="Epoch">Epochs done, with fraction (warm-up schedules read it).</param>
/// <param name="Meter">Takes seconds by phase and bytes by kind; one of its own if none is given.</param>
public sealed record StepContext(long Step, ulong Seed, int Rank, double LearningRate = 1, double Epoch = 0, StepMeter? Meter = null)
{
    /// <summary>Takes seconds by phase and bytes by kind.</summary>
    public StepMeter Meter { get; init; } = Meter ?? new StepMeter();

    /// <summary>
    /// Sparsifiers with a ratio ρ send the share ρ^x, x being this exponent: 1, or less while a warm-up lets more through.
    /// </summary>
    public double RatioExponent { get; init; } = 1;

    /// <summary>The share that a sparsifier with ratio ρ sends in this step: ρ, or more while a warm-up lasts.</summary>
    public double RatioOf(double ratio) => RatioExponent == 1 ? ratio : Math.Pow(ratio, RatioExponent);
}
