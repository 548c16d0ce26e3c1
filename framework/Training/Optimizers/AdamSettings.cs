namespace Compression.Training.Optimizers;

/// <summary>What <see cref="FlatAdam"/> computes with; the initial values are PyTorch's.</summary>
public sealed record AdamSettings
{
    /// <summary>β₁, decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>λ.</summary>
    public double WeightDecay { get; init; }

    /// <summary>λ shrinks the parameters themselves, and is no part of the gradient.</summary>
    public bool DecouplesDecay { get; init; }
}
