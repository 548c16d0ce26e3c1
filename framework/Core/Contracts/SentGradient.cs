using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>
/// What entered the average of this worker's gradient: a memory subtracts exactly this. It is either the worker's payload, read by the
/// peers' own decoder, or a list of entries, where an exchange accepts only a part of what was sent.
/// </summary>
public readonly ref struct SentGradient
{
    private readonly ICompressor? _compressor;
    private readonly ParameterSlot _slot;
    private readonly ReadOnlySpan<byte> _payload;
    private readonly ReadOnlySpan<int> _indices;
    private readonly ReadOnlySpan<float> _values;
    private readonly StepContext _step;

    /// <param name="compressor">The decoder.</param>
    /// <param name="slot">The parameter.</param>
    /// <param name="payload">The slot's section of the payload.</param>
    /// <param name="step">The step in which it was made.</param>
    public SentGradient(ICompressor compressor, ParameterSlot slot, ReadOnlySpan<byte> payload, StepContext step)
    {
        _step = step;
        _compressor = compressor;
        _slot = slot;
        _payload = payload;
    }

    /// <param name="slot">The parameter.</param>
    /// <param name="indices">Positions within the slot.</param>
    /// <param name="values">As many values.</param>
    /// <param name="step">The step in which they were chosen.</param>
    public SentGradient(ParameterSlot slot, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, StepContext step)
    {
        _step = step;
        _slot = slot;
        _indices = indices;
        _values = values;
    }

    /// <summary><c>destination += scale · sent</c>.</summary>
    /// <param name="destination">The slot's elements.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="cleared">Set to zero at the entries that were sent, unless all were; empty if nothing is to be cleared.</param>
    public void AddTo(Span<float> destination, float scale, Span<float> cleared = default)
    {
        var accumulator = new GradientAccumulator(_slot, destination, scale, _step) { Cleared = cleared };
        if (_compressor is null)
        {
            accumulator.AddAt(_indices, _values);
            return;
        }

        var reader = new PayloadReader(_payload);
        _compressor.Decompress(ref reader, accumulator);
    }
}
