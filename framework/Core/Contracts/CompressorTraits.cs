namespace Compression.Core.Contracts;

/// <summary>What the composition must know of a compressor.</summary>
/// <param name="Unbiased">The expectation of the decoded gradient is the gradient.</param>
/// <param name="Lossless">Every float32 arrives as it was: a plain all-reduce does the same.</param>
public sealed record CompressorTraits(bool Unbiased, bool Lossless)
{
    /// <summary>What it does not send is lost without a memory, and makes up for it with one.</summary>
    public bool WantsMemory { get; init; } = !Unbiased;

    /// <summary>It keeps what it does not send by itself: a memory on top would keep it twice.</summary>
    public bool KeepsResidual { get; init; }

    /// <summary>Parts into which the trainer splits a worker's batch, so that second moments over samples can be seen; 0 if not needed.</summary>
    public int MicroBatches { get; init; }

    /// <summary>What its payload consists of; tells which exchanges can carry it.</summary>
    public PayloadForm Form { get; init; } = PayloadForm.Codes;

    /// <summary>Its paper keeps the residual in units of the step γg, not of the gradient.</summary>
    public bool ResidualInStepUnits { get; init; }

    /// <summary>It, or its memory, looks at all parameters at once: they cannot be exchanged in groups.</summary>
    public bool NeedsWholeBucket { get; init; }
}
