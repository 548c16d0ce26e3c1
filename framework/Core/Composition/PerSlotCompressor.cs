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
        Traits = new CompressorTraits(all.All(compressor => compressor.Traits.Unbiased), all.All(compressor => compressor.Traits.Lossless))
        {
            WantsMemory = all.Any(compressor => compressor.Traits.WantsMemory),
            KeepsResidual = all.Any(compressor => compressor.Traits.KeepsResidual),
            NeedsWholeBucket = all.Any(compressor => compressor.Traits.NeedsWholeBucket),
            MicroBatches = all.Max(compressor => compressor.Traits.MicroBatches),
            Form = FormOf([.. all.Select(compressor => compressor.Traits.Form).Distinct()]),
            ResidualInStepUnits = all.Where(compressor => !compressor.Traits.Lossless).All(compressor => compressor.Traits.ResidualInStepUnits),
        };
    }

    public CompressorTraits Traits { get; }

    // All entries are a special case of chosen entries; other mixtures are codes.
    private static PayloadForm FormOf(PayloadForm[] forms) =>
        forms is [var only] ? only
        : forms.Contains(PayloadForm.SelfKept) ? PayloadForm.SelfKept
        : forms.All(form => form is PayloadForm.Floats or PayloadForm.SparseFloats) ? PayloadForm.SparseFloats
        : PayloadForm.Codes;

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
