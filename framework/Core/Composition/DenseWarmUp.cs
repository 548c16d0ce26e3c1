using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>Sends everything in the first epochs: the warm-up of methods that have no ratio to relax.</summary>
public sealed class DenseWarmUp : ICompressor
{
    private readonly ICompressor _inner;
    private readonly ICompressor _dense;
    private readonly int _epochs;

    /// <param name="inner">The compressor after the warm-up.</param>
    /// <param name="dense">The compressor during it.</param>
    /// <param name="epochs">Length of the warm-up.</param>
    public DenseWarmUp(ICompressor inner, ICompressor dense, int epochs)
    {
        _inner = inner;
        _dense = dense;
        _epochs = epochs;
    }

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        In(step).BeginStep(slots, compensated, step);

    public void Compress(in GradientView gradient, PayloadWriter writer) => In(gradient.Step).Compress(gradient, writer);

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        In(destination.Step).Decompress(ref reader, destination);

    public void Save(IStateWriter writer) => _inner.Save(writer);

    public void Load(IStateReader reader) => _inner.Load(reader);

    private ICompressor In(StepContext step) => step.Epoch < _epochs ? _dense : _inner;
}
