namespace Compression.Core.Pipeline;

/// <summary>What the composition must know of a compressor.</summary>
/// <param name="Unbiased">The expectation of the decoded gradient is the gradient: no memory needed.</param>
/// <param name="Lossless">Every float32 arrives as it was: a plain all-reduce does the same.</param>
public sealed record CompressorTraits(bool Unbiased, bool Lossless);
