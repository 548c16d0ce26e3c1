using System.Runtime.InteropServices;

namespace Compression.Core.Kernels;

/// <summary>
/// Positions of exactly the k largest magnitudes, ascending; among equal ones the lower position wins. A threshold estimated from a
/// sample leaves few candidates after one streaming pass; if it left fewer than k, it is lowered and the pass repeated, so the result
/// is exact. Candidates are a superset of the answer by construction: every entry at or above the threshold is one.
/// </summary>
public sealed class TopKSelect
{
    private const uint MagnitudeMask = 0x7FFFFFFF;
    private const int SmallLength = 16 * 1024;

    private int[] _found = [];
    private int[] _counts = [];
    private float[] _sample = [];

    /// <summary>Selects.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The entries.</param>
    /// <param name="k">1 to <c>values.Length</c>.</param>
    /// <returns>k positions, valid until the next call.</returns>
    public ReadOnlySpan<int> Invoke(KernelTeam team, ReadOnlySpan<float> values, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, values.Length);
        EnsureRoom(values.Length);
        int candidates = values.Length <= SmallLength ? 0 : CollectCandidates(team, values, k);
        var positions = _found.AsSpan(0, candidates);
        uint limit = KthLargest.Invoke(values, positions, k, out int above);
        int ties = k - above;
        return candidates == 0 ? TakeFromAll(values, k, limit, ties) : TakeFromCandidates(values, positions, k, limit, ties);
    }

    // 0 candidates means: select among all.
    private int CollectCandidates(KernelTeam team, ReadOnlySpan<float> values, int k)
    {
        int size = Math.Clamp(values.Length / 256, 4096, 65536);
        DrawSample(values, size);
        double share = (double)k / values.Length * size;
        for (double margin = 4; ; margin *= 4)
        {
            int rank = (int)(share + (margin * Math.Sqrt(share)) + margin);
            if (rank >= size / 2)
            {
                return 0;
            }

            uint threshold = KthLargest.Invoke(_sample.AsSpan(0, size), [], rank, out _);
            if (threshold == 0)
            {
                // Mostly zeros, as in an embedding's gradient: the others are candidates if they suffice.
                int nonZero = CollectAbove.Invoke(team, values, 1, _found, _counts);
                return nonZero >= k ? nonZero : 0;
            }

            int candidates = CollectAbove.Invoke(team, values, threshold, _found, _counts);
            if (candidates >= k)
            {
                return candidates;
            }
        }
    }

    // Positions by a multiplicative sequence: even coverage without following the rows of a matrix.
    private void DrawSample(ReadOnlySpan<float> values, int size)
    {
        uint state = 0;
        for (int i = 0; i < size; i++)
        {
            state += 0x9E3779B9;
            _sample[i] = values[(int)(((ulong)state * (uint)values.Length) >> 32)];
        }
    }

    private static ReadOnlySpan<int> TakeFromCandidates(ReadOnlySpan<float> values, Span<int> candidates, int k, uint limit, int ties)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        int taken = 0;
        foreach (int position in candidates)
        {
            uint magnitude = bits[position] & MagnitudeMask;
            if (magnitude > limit || (magnitude == limit && ties-- > 0))
            {
                candidates[taken++] = position;
            }
        }

        return candidates[..k];
    }

    private ReadOnlySpan<int> TakeFromAll(ReadOnlySpan<float> values, int k, uint limit, int ties)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        int taken = 0;
        for (int position = 0; taken < k; position++)
        {
            uint magnitude = bits[position] & MagnitudeMask;
            if (magnitude > limit || (magnitude == limit && ties-- > 0))
            {
                _found[taken++] = position;
            }
        }

        return _found.AsSpan(0, k);
    }

    private void EnsureRoom(int length)
    {
        if (_found.Length < length)
        {
            _found = GC.AllocateUninitializedArray<int>(length);
            _counts = new int[Partition.Count(length)];
            _sample = new float[Math.Max(4096, Math.Min(65536, length))];
        }
    }
}
