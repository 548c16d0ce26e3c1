using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Pipeline;

/// <summary>Sends slots below a size as they are, and leaves the others to a compressor: biases cost nothing and matter much.</summary>
public sealed class SmallSlotsDense : ICompressor
{
    private readonly ICompressor _large;
    private readonly ICompressor _small;
    private readonly int _minSlotSize;

    /// <param name="large">For slots of at least <paramref name="minSlotSize"/> elements.</param>
    /// <param name="small">For all others.</param>
    /// <param name="minSlotSize">The limit, in elements.</param>
    public SmallSlotsDense(ICompressor large, ICompressor small, int minSlotSize)
    {
        _large = large;
        _small = small;
        _minSlotSize = minSlotSize;
    }

    /// <inheritdoc/>
    public CompressorTraits Traits => _large.Traits;

    /// <inheritdoc/>
    public void Compress(in GradientView gradient, PayloadWriter writer) => For(gradient.Slot).Compress(gradient, writer);

    /// <inheritdoc/>
    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        For(destination.Slot).Decompress(ref reader, destination);

    private ICompressor For(ParameterSlot slot) => slot.Length < _minSlotSize ? _small : _large;
}
