using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>Writes values as bits. An instance belongs to one worker.</summary>
public interface IQuantizer
{
    /// <summary>Appends the code of the values.</summary>
    /// <param name="selection">The chosen entries of a slot, or all of it: its values are written, its indices are not.</param>
    /// <param name="slot">The parameter.</param>
    /// <param name="step">Keys random numbers.</param>
    /// <param name="writer">The payload.</param>
    void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer);

    /// <summary><c>destination[i] += scale · decoded[i]</c>.</summary>
    /// <exception cref="PayloadException">Not what <see cref="Encode"/> writes.</exception>
    void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale);
}
