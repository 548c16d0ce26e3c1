using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>Any sparsifier, then any quantizer on the chosen values alone.</summary>
public sealed class SelectThenQuantize : ICompressor, ISelector
{
    private readonly ISparsifier _sparsifier;
    private readonly IQuantizer _quantizer;
    private readonly bool _keepsAll;
    private readonly ThreadTeam _team;
    private readonly Scratch<int> _indices = new();
    private readonly Scratch<float> _values = new();

    /// <param name="sparsifier">Chooses entries.</param>
    /// <param name="quantizer">Writes their values.</param>
    /// <param name="keepsAll">The sparsifier chooses all entries: no index is written.</param>
    /// <param name="team">Threads for the indices.</param>
    public SelectThenQuantize(ISparsifier sparsifier, IQuantizer quantizer, bool keepsAll, ThreadTeam team)
    {
        _sparsifier = sparsifier;
        _quantizer = quantizer;
        _keepsAll = keepsAll;
        _team = team;
    }

    public bool CompletesSum => _sparsifier.CompletesSum;

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step) =>
        _sparsifier.BeginStep(slots, compensated, step);

    void ISelector.Select(in GradientView gradient, SparseBucket chosen) => chosen.Append(gradient.Slot, _sparsifier.Select(gradient));

    public void Compress(in GradientView gradient, PayloadWriter writer)
    {
        var selection = _sparsifier.Select(gradient);
        if (!_keepsAll)
        {
            _sparsifier.WriteIndices(selection.Indices, gradient.Slot, writer, _team);
        }

        _quantizer.Encode(selection, gradient.Slot, gradient.Step, writer);
    }

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
    {
        if (_keepsAll)
        {
            _quantizer.DecodeAdd(ref reader, destination.Slot, destination.TakeAll(), destination.Scale);
            return;
        }

        var indices = _sparsifier.ReadIndices(ref reader, destination.Slot, destination.Step, _indices, _team);
        var values = _values.Take(indices.Length);
        values.Clear();
        _quantizer.DecodeAdd(ref reader, destination.Slot, values, scale: 1);
        destination.AddAt(indices, values, _team);
    }

    public void Save(IStateWriter writer) => _sparsifier.Save(writer);

    public void Load(IStateReader reader) => _sparsifier.Load(reader);
}
