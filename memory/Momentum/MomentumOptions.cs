using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Memory.Momentum;

/// <summary>Options of <see cref="MomentumMemory"/>.</summary>
public sealed record MomentumOptions : ITraitOptions
{
    /// <summary>m, the factor of the velocity.</summary>
    [Option("momentum", "factor of the velocity", Min = 0, Max = 1, MaxExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Nesterov's momentum.</summary>
    [Option("nesterov", "Nesterov's momentum: what the velocity is about to add goes in, and the gradient once more")]
    public bool Nesterov { get; init; }

    /// <summary>Largest 2-norm of the average gradient; a worker clips at its n^(−1/2)-fold.</summary>
    [Option("clipping", "clip each worker's gradient at this 2-norm divided by the root of the number of workers; 0: no clipping", Min = 0, Max = 1e38)]
    public double Clipping { get; init; }

    /// <summary>Forget the velocity of what was sent.</summary>
    [Option("masking", "forget the velocity of entries that were sent")]
    public bool Masking { get; init; } = true;

    /// <summary>The clip goes by the norm of the whole gradient.</summary>
    public AlgorithmTraits Traits =>
        (Momentum > 0 ? AlgorithmTraits.AppliesMomentum : AlgorithmTraits.None) | (Clipping > 0 ? AlgorithmTraits.NeedsWholeBucket : AlgorithmTraits.None);
}
