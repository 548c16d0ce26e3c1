using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Pipeline;

/// <summary>What the peers decode of this worker's payload, by the same decoder as theirs: a memory subtracts exactly this.</summary>
public readonly ref struct SentGradient
{
    private readonly ICompressor _compressor;
    private readonly ParameterSlot _slot;
    private readonly ReadOnlySpan<byte> _payload;
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

    /// <summary><c>destination += scale · decoded</c>.</summary>
    public void AddTo(Span<float> destination, float scale)
    {
        var reader = new PayloadReader(_payload);
        _compressor.Decompress(ref reader, new GradientAccumulator(_slot, destination, scale, _step));
    }
}
