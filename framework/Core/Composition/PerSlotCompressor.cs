using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>A compressor of its own for some parameters: biases go dense, where they cost nothing and matter much.</summary>
public sealed class PerSlotCompressor : ICompressor, ISelector
{
    private readonly ImmutableArray<ICompressor> _bySlot;
    private readonly (ICompressor Compressor, ParameterSlot[] Slots)[] _groups;

    /// <param name="layout">The parameters.</param>
    /// <param name="choose">The compressor of each slot; those that it returns twice see both slots.</param>
    /// <param name="all">All compressors that <paramref name="choose"/> can return.</param>
    public PerSlotCompressor(BucketLayout layout, Func<ParameterSlot, ICompressor> choose, IReadOnlyList<ICompressor> all)
    {
        _bySlot = [.. layout.Slots.Select(choose)];
        _groups = [.. all.Select(compressor => (compressor, layout.Slots.Where(slot => _bySlot[slot.Index] == compressor).ToArray()))];
    }

    public void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step)
    {
        foreach (var (compressor, own) in _groups)
        {
            compressor.BeginStep(own, compensated, step);
        }
    }

    void ISelector.Select(in GradientView gradient, SparseBucket chosen) =>
        ((ISelector)_bySlot[gradient.Slot.Index]).Select(gradient, chosen);

    public void Compress(in GradientView gradient, PayloadWriter writer) => _bySlot[gradient.Slot.Index].Compress(gradient, writer);

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination) =>
        _bySlot[destination.Slot.Index].Decompress(ref reader, destination);

    public void TransformBack(ParameterSlot slot, Span<float> sum, StepContext step) => _bySlot[slot.Index].TransformBack(slot, sum, step);

    public void Save(IStateWriter writer)
    {
        for (int i = 0; i < _groups.Length; i++)
        {
            _groups[i].Compressor.Save(new PrefixedState($"rule-{i}/", writer));
        }
    }

    public void Load(IStateReader reader)
    {
        for (int i = 0; i < _groups.Length; i++)
        {
            _groups[i].Compressor.Load(new PrefixedState($"rule-{i}/", reader: reader));
        }
    }
}
