using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>
/// Lets more entries through in the first W epochs: in epoch e (from 0) the ratio is ρ^((e+1)/(W+1)). For ρ = 0.1 % and W = 4 these are
/// the 25 %, 6.3 %, 1.6 %, 0.4 % of Deep Gradient Compression (Lin et al. 2018, section 3.3).
/// </summary>
/// <param name="inner">A compressor whose sparsifier has a ratio.</param>
/// <param name="epochs">W.</param>
public sealed class RatioWarmUp(ICompressor inner, int epochs) : ICompressor, ISelector
{
    private (StepContext? Plain, StepContext? Warm) _step;

    public bool CompletesSum => inner.CompletesSum;

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        inner.BeginStep(slots, compensated, Warm(step));

    void ISelector.Select(in GradientView gradient, SparseBucket chosen) =>
        ((ISelector)inner).Select(gradient.In(Warm(gradient.Step)), chosen);

    public void Compress(in GradientView gradient, PayloadWriter writer) => inner.Compress(gradient.In(Warm(gradient.Step)), writer);

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        inner.Decompress(ref reader, destination.In(Warm(destination.Step)));

    public void TransformBack(ParameterSlot slot, Span<float> sum, StepContext step) => inner.TransformBack(slot, sum, Warm(step));

    public void Save(IStateWriter writer) => inner.Save(writer);

    public void Load(IStateReader reader) => inner.Load(reader);

    private StepContext Warm(StepContext step)
    {
        if (step.Epoch >= epochs)
        {
            return step;
        }

        // One context a step, not one a slot.
        if (!ReferenceEquals(_step.Plain, step))
        {
            _step = (step, step with { RatioExponent = (Math.Floor(step.Epoch) + 1) / (epochs + 1) });
        }

        return _step.Warm!;
    }
}
