namespace Compression.Core.Contracts;

/// <summary>What an algorithm promises and asks for. Declared beside its name; what depends on its options, the options add (<see cref="ITraitOptions"/>).</summary>
[Flags]
public enum AlgorithmTraits
{
    /// <summary>Biased, lossy, and worth a memory.</summary>
    None = 0,

    /// <summary>The expectation of what is decoded is what was given.</summary>
    Unbiased = 1,

    /// <summary>Of a sparsifier: unbiased where no memory keeps what it leaves out.</summary>
    UnbiasedWithoutMemory = 1 << 1,

    /// <summary>Of a quantizer: every decoded value is the value, bit for bit.</summary>
    Lossless = 1 << 2,

    /// <summary>Of a quantizer: what its code loses is not worth a memory, since single draws are off by more than the values.</summary>
    GoesWithoutMemory = 1 << 3,

    /// <summary>Of a quantizer: it writes one magnitude and the signs.</summary>
    SendsSigns = 1 << 4,

    /// <summary>Of a quantizer: it writes the magnitude that a sparsifier prescribes, and needs one that does.</summary>
    NeedsMagnitude = 1 << 5,

    /// <summary>Of a sparsifier: it prescribes the magnitude of what it sends (<see cref="Selection.Magnitude"/>).</summary>
    GivesMagnitude = 1 << 6,

    /// <summary>Of a sparsifier: all entries are sent, and no index.</summary>
    KeepsAll = 1 << 7,

    /// <summary>Of a sparsifier: what it does not choose it keeps by itself, and brings in again later.</summary>
    KeepsResidual = 1 << 8,

    /// <summary>It looks at all parameters of a step together, so that they cannot be exchanged in groups.</summary>
    NeedsWholeBucket = 1 << 9,

    /// <summary>Of a memory: it applies momentum, so that the optimizer must have none.</summary>
    AppliesMomentum = 1 << 10,

    /// <summary>Of a sparsifier: it chooses coefficients of a transform of the gradient, which only it transforms back.</summary>
    ChoosesCoefficients = 1 << 11,

    /// <summary>Of an exchange: it is told Adam's first moment in the place of gradients (<see cref="IMomentAggregator"/>), and needs an optimizer that has one.</summary>
    SharesMoments = 1 << 12,

    /// <summary>Of an exchange that shares moments: between two exchanges workers take steps alone, with weights of their own.</summary>
    StepsAlone = 1 << 13,
}
