using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Pipeline;

/// <summary>Writes one slot's gradient as bytes, and adds such bytes into a sum. An instance belongs to one worker.</summary>
public interface ICompressor
{
    /// <summary>What the method promises; decides the default memory and exchange.</summary>
    CompressorTraits Traits { get; }

    /// <summary>Appends the compressed gradient to <paramref name="writer"/>.</summary>
    void Compress(in GradientView gradient, PayloadWriter writer);

    /// <summary>Adds what a peer's <see cref="Compress"/> wrote into <paramref name="destination"/>.</summary>
    /// <exception cref="PayloadException">The bytes are none that <see cref="Compress"/> can have written.</exception>
    void Decompress(ref PayloadReader reader, GradientAccumulator destination);
}
