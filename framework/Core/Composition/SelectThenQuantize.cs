using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>Any sparsifier, then any quantizer on the chosen values alone.</summary>
/// <param name="sparsifier">Chooses entries.</param>
/// <param name="quantizer">Writes their values.</param>
/// <param name="keepsAll">The sparsifier chooses all entries: no index is written.</param>
/// <param name="team">Threads for the indices.</param>
public sealed class SelectThenQuantize(
    ISparsifier sparsifier, IQuantizer quantizer, bool keepsAll, ThreadTeam team) : ICompressor, ISelector
{
    private readonly Scratch<int> _indices = new();
    private readonly Scratch<float> _values = new();

    public bool CompletesSum => sparsifier.CompletesSum;

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        sparsifier.BeginStep(slots, compensated, step);

    void ISelector.Select(in GradientView gradient, SparseBucket chosen) => chosen.Append(gradient.Slot, sparsifier.Select(gradient));

    public void Compress(in GradientView gradient, PayloadWriter writer)
    {
        var selection = sparsifier.Select(gradient);
        if (!keepsAll)
        {
            sparsifier.WriteIndices(selection.Indices, gradient.Slot, writer, team);
        }

        quantizer.Encode(selection, gradient.Slot, gradient.Step, writer);
    }

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
    {
        if (keepsAll)
        {
            quantizer.DecodeAdd(ref reader, destination.Slot, destination.TakeAll(), destination.Scale);
            return;
        }

        var indices = sparsifier.ReadIndices(ref reader, destination.Slot, destination.Step, _indices, team);
        var values = _values.Take(indices.Length);
        values.Clear();
        quantizer.DecodeAdd(ref reader, destination.Slot, values, scale: 1);
        sparsifier.AddTo(destination, indices, values, team);
    }

    public void TransformBack(ParameterSlot slot, Span<float> sum, StepContext step) => sparsifier.TransformBack(slot, sum, team);

    public void Save(IStateWriter writer) => sparsifier.Save(writer);

    public void Load(IStateReader reader) => sparsifier.Load(reader);
}
