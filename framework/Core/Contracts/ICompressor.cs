using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>Writes one slot's gradient as bytes, and adds such bytes into a sum. An instance belongs to one worker.</summary>
public interface ICompressor : ICheckpointable
{
    /// <summary>It adds up deferred gradients itself (<see cref="DeferredGradient"/>); all others are given complete ones.</summary>
    bool CompletesSum => false;

    /// <summary>Called once before a step's slots, for methods that choose among all of them; most have nothing to do here.</summary>
    /// <param name="slots">The slots that this compressor will be given, in the layout's order.</param>
    /// <param name="compensated">The compensated gradient of the whole bucket.</param>
    /// <param name="step">Step, seed and rank.</param>
    void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step)
    {
    }

    /// <summary>Appends the compressed gradient to <paramref name="writer"/>.</summary>
    void Compress(in GradientView gradient, PayloadWriter writer);

    /// <summary>Adds what a peer's <see cref="Compress"/> wrote into <paramref name="destination"/>.</summary>
    /// <exception cref="PayloadException">The bytes are none that <see cref="Compress"/> can have written.</exception>
    void Decompress(ref PayloadReader reader, GradientAccumulator destination);

    /// <summary>
    /// Makes the gradient of a sum that took coefficients (<see cref="GradientAccumulator.TakesCoefficients"/>), once all are added. Most have nothing to
    /// do here.
    /// </summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="sum">In and out.</param>
    /// <param name="step">The step in which the payloads were made.</param>
    void TransformBack(ParameterSlot slot, Span<float> sum, StepContext step)
    {
    }
}
