using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.TopK;

/// <summary>The largest magnitudes among several parameters together; a parameter can come away with nothing.</summary>
internal sealed class TopKAcrossSlots
{
    private readonly ThreadTeam _team;
    private readonly TopKSelect _select = new();
    private readonly Scratch<float> _joined = new();
    private readonly Scratch<int> _indices = new();
    private readonly Dictionary<int, int> _startOf = [];
    private Candidates _chosen = new();

    /// <param name="team">Threads.</param>
    public TopKAcrossSlots(ThreadTeam team) => _team = team;

    /// <summary>Chooses for one step.</summary>
    /// <param name="slots">The parameters that compete.</param>
    /// <param name="compensated">The gradient of all parameters of the layout.</param>
    /// <param name="options">How many.</param>
    /// <param name="step">The step, with its warm-up.</param>
    public void Choose(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, RatioOptions options, StepContext step)
    {
        int total = 0;
        foreach (var slot in slots)
        {
            _startOf[slot.Index] = total;
            total += slot.Length;
        }

        if (total > 0)
        {
            _chosen = _select.Invoke(_team, total == compensated.Length ? compensated : Join(slots, compensated, total), options.CountIn(step, total));
        }
    }

    /// <summary>What was chosen of one parameter.</summary>
    public Selection Of(ParameterSlot slot)
    {
        int start = _startOf[slot.Index];
        int first = LowerBound(start), count = LowerBound(start + slot.Length) - first;
        var indices = _indices.Take(count);
        for (int i = 0; i < count; i++)
        {
            indices[i] = _chosen.Positions[first + i] - start;
        }

        return new Selection(indices, _chosen.Values.Slice(first, count));
    }

    // Other compressors have the parameters in between: the competitors are laid side by side.
    private ReadOnlySpan<float> Join(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, int total)
    {
        var joined = _joined.Take(total);
        foreach (var slot in slots)
        {
            compensated.Slice(slot.Offset, slot.Length).CopyTo(joined[_startOf[slot.Index]..]);
        }

        return joined;
    }

    private int LowerBound(int position)
    {
        int index = _chosen.Positions.BinarySearch(position);
        return index < 0 ? ~index : index;
    }
}
