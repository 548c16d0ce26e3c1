using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Memory;

/// <summary>Options of <see cref="DemoMemory"/>.</summary>
public sealed record DemoOptions
{
    /// <summary>β.</summary>
    [Option("decay", "factor of the momentum from step to step", Flag = "demo_decay", Min = 0, Max = 1)]
    public double Decay { get; init; } = 0.999;
}

/// <summary>
/// Each worker's own momentum, from which what was sent is taken away (Peng, Quesnelle and Kingma 2024, "DeMo: Decoupled momentum optimization"):
/// m ← βm + ηg is compressed, and m ← m − decoded(m) stays. It is a residual that decays, in units of the step: kept as m/η, it is multiplied by
/// βη_{t−1}/η_t, so that what is sent is a gradient as any.
/// </summary>
/// <param name="options">β.</param>
/// <param name="context">Parameters and threads.</param>
[Algorithm(
    "demo", AlgorithmRole.Memory, "DeMo, Peng et al. 2024", Traits = AlgorithmTraits.AppliesMomentum,
    DiffersFromPaper = "the momentum is kept and sent divided by the learning rate, which the sign of the mean (--update sign) does not see; without it the step is the rate times the mean; a coefficient is averaged over all workers, where the authors' code averages it over those that sent it")]
public sealed class DemoMemory(DemoOptions options, ComponentContext context)
    : ResidualMemory(new ResidualOptions { Beta = options.Decay }, context with { ResidualInStepUnits = true });
