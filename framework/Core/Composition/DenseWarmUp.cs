using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>Sends everything in the first epochs: the warm-up of methods that have no ratio to relax.</summary>
/// <param name="inner">The compressor after the warm-up.</param>
/// <param name="dense">The compressor during it.</param>
/// <param name="epochs">Length of the warm-up.</param>
public sealed class DenseWarmUp(ICompressor inner, ICompressor dense, int epochs) : ICompressor
{
    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        In(step).BeginStep(slots, compensated, step);

    public void Compress(in GradientView gradient, PayloadWriter writer) => In(gradient.Step).Compress(gradient, writer);

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        In(destination.Step).Decompress(ref reader, destination);

    public void TransformBack(ParameterSlot slot, Span<float> sum, StepContext step) => In(step).TransformBack(slot, sum, step);

    public void Save(IStateWriter writer) => inner.Save(writer);

    public void Load(IStateReader reader) => inner.Load(reader);

    private ICompressor In(StepContext step) => step.Epoch < epochs ? dense : inner;
}
