namespace Compression.Core.Kernels;

/// <summary>
/// Exactly the k largest magnitudes, ascending by position; among equal ones the lower position wins. A threshold estimated from a
/// sample leaves few candidates after one streaming pass; if it left fewer than k, it is lowered and the pass repeated, so the result
/// is exact. Candidates are a superset of the answer by construction: every entry at or above the threshold is one.
/// </summary>
public sealed class TopKSelect
{
    private const int SmallLength = 16 * 1024;

    private readonly Candidates _candidates = new();
    private float[] _sample = [];

    /// <summary>Selects.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The entries.</param>
    /// <param name="k">1 to <c>values.Length</c>.</param>
    /// <returns>The k entries, valid until the next call.</returns>
    public Candidates Invoke(ThreadTeam team, ReadOnlySpan<float> values, int k) => Invoke(team, new DeferredGradient(values), k);

    /// <summary>Selects, and completes the sum on the way.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="gradient">The entries; complete afterwards.</param>
    /// <param name="k">1 to the number of entries.</param>
    /// <returns>The k entries, valid until the next call.</returns>
    public Candidates Invoke(ThreadTeam team, DeferredGradient gradient, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, gradient.Values.Length);
        if (gradient.Values.Length > SmallLength && TryCollectCandidates(team, ref gradient, k))
        {
            _candidates.KeepLargest(k);
        }
        else
        {
            var values = gradient.Complete(team);
            uint limit = KthLargest.Invoke(values, k, out int above);
            _candidates.Fill(values, limit, ties: k - above);
        }

        return _candidates;
    }

    // False where candidates would be half of all, or more.
    private bool TryCollectCandidates(ThreadTeam team, ref DeferredGradient gradient, int k)
    {
        var sample = DrawSample(gradient);
        double share = (double)k / gradient.Values.Length * sample.Length;
        for (double margin = 3; ; margin *= 4)
        {
            int rank = (int)(share + (margin * Math.Sqrt(share)) + margin);
            if (rank >= sample.Length / 2)
            {
                return false;
            }

            // Mostly zeros, as in an embedding's gradient: the others are candidates if they suffice.
            uint threshold = Math.Max(1, KthLargest.Invoke(sample, rank, out _));
            gradient.CollectAbove(team, threshold, _candidates);
            gradient = new DeferredGradient(gradient.Values);
            if (_candidates.Count >= k)
            {
                return true;
            }

            if (threshold == 1)
            {
                return false;
            }
        }
    }

    // Positions by a multiplicative sequence: even coverage without following the rows of a matrix.
    private ReadOnlySpan<float> DrawSample(DeferredGradient gradient)
    {
        int length = gradient.Values.Length, size = Math.Clamp(length / 256, 4096, 65536);
        if (_sample.Length < size)
        {
            _sample = new float[size];
        }

        uint state = 0;
        for (int i = 0; i < size; i++)
        {
            state += 0x9E3779B9;
            _sample[i] = gradient[(int)(((ulong)state * (uint)length) >> 32)];
        }

        return _sample.AsSpan(0, size);
    }
}
