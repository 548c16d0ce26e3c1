namespace Compression.Core.Kernels;

/// <summary>
/// A compensated gradient that may not have been added up yet: a compressor that reads it in one pass adds up in that pass, which saves
/// a trip through memory. Exactly one of <see cref="CollectAbove"/> and <see cref="Complete"/> is called, once; afterwards
/// <see cref="Values"/> holds p. The result is bit for bit that of adding first.
/// </summary>
public readonly ref struct DeferredGradient
{
    private readonly Span<float> _sum;
    private readonly ReadOnlySpan<float> _addend;
    private readonly float _beta;
    private readonly float _gamma;

    /// <summary>A gradient that is complete.</summary>
    public DeferredGradient(ReadOnlySpan<float> values) => Values = values;

    /// <summary>p = β·sum + γ·addend, which is to replace the sum.</summary>
    public DeferredGradient(Span<float> sum, float beta, ReadOnlySpan<float> addend, float gamma)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(addend.Length, sum.Length);
        Values = sum;
        IsPending = true;
        _sum = sum;
        _beta = beta;
        _addend = addend;
        _gamma = gamma;
    }

    /// <summary>p, once completed.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>The sum is still to be made.</summary>
    public bool IsPending { get; }

    /// <summary>One entry of p, before completion.</summary>
    public float this[int index] => IsPending ? (_sum[index] * _beta) + (_addend[index] * _gamma) : Values[index];

    /// <summary>Completes the sum, and collects the entries whose magnitude bits are at least a threshold.</summary>
    public void CollectAbove(ThreadTeam team, uint threshold, Candidates found)
    {
        if (IsPending)
        {
            Kernels.CollectAbove.AfterAdding(team, _sum, _beta, _addend, _gamma, threshold, found);
        }
        else
        {
            Kernels.CollectAbove.Invoke(team, Values, threshold, found);
        }
    }

    /// <summary>Completes the sum.</summary>
    /// <returns>p.</returns>
    public ReadOnlySpan<float> Complete(ThreadTeam team)
    {
        if (IsPending)
        {
            AddScaled.Invoke(team, _sum, _beta, _addend, _gamma);
        }

        return Values;
    }

    /// <summary>A part of it.</summary>
    public DeferredGradient Slice(int start, int length) => IsPending
        ? new DeferredGradient(_sum.Slice(start, length), _beta, _addend.Slice(start, length), _gamma)
        : new DeferredGradient(Values.Slice(start, length));
}
