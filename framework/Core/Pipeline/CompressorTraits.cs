namespace Compression.Core.Pipeline;

/// <summary>What the composition must know of a compressor.</summary>
/// <param name="Unbiased">The expectation of the decoded gradient is the gradient: no memory needed.</param>
/// <param name="Lossless">Every float32 arrives as it was: a plain all-reduce does the same.</param>
public sealed record CompressorTraits(bool Unbiased, bool Lossless)
{
    /// <summary>It keeps what it does not send by itself: a memory on top would keep it twice.</summary>
    public bool KeepsResidual { get; init; }

    /// <summary>Parts into which the trainer splits a worker's batch, so that second moments over samples can be seen; 0 if not needed.</summary>
    public int MicroBatches { get; init; }
}
