using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Entries that a kernel picked out of a buffer: positions, ascending, and values. The room is kept from step to step.</summary>
public sealed unsafe class Candidates
{
    private int[] _positions = [];
    private float[] _values = [];
    private int[] _counts = [];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Where they stand.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>What stands there.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    /// <summary>Makes room for every entry of a buffer, and for a count for each part; only what is needed is ever touched.</summary>
    internal void Prepare(int length, int parts)
    {
        if (_positions.Length < length)
        {
            _positions = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _values = GC.AllocateUninitializedArray<float>(length, pinned: true);
        }

        if (_counts.Length < parts)
        {
            _counts = GC.AllocateUninitializedArray<int>(parts, pinned: true);
        }
    }

    /// <summary>Room for positions; a part fills its own from its start.</summary>
    internal Span<int> PositionRoom => _positions;

    /// <summary>Room for values, filled alike.</summary>
    internal Span<float> ValueRoom => _values;

    /// <summary>How many entries each part left.</summary>
    internal Span<int> CountRoom => _counts;

    /// <summary>Each part left its entries at its own start: closes the gaps.</summary>
    /// <param name="parts">Number of parts.</param>
    /// <param name="partLength">Elements between the starts of two parts.</param>
    internal void Join(int parts, int partLength)
    {
        int total = parts == 0 ? 0 : _counts[0];
        for (int part = 1; part < parts; part++)
        {
            int start = part * partLength, count = _counts[part];
            _positions.AsSpan(start, count).CopyTo(_positions.AsSpan(total));
            _values.AsSpan(start, count).CopyTo(_values.AsSpan(total));
            total += count;
        }

        Count = total;
    }

    /// <summary>Keeps exactly the k largest magnitudes; among equal ones the lower position wins.</summary>
    /// <param name="k">1 to <see cref="Count"/>.</param>
    public void KeepLargest(int k)
    {
        uint limit = KthLargest.Invoke(Values, k, out int above);
        Keep(limit, ties: k - above);
    }

    /// <summary>Keeps entries above a magnitude, and of those that equal it the first few.</summary>
    /// <param name="limit">Magnitude bits.</param>
    /// <param name="ties">How many of those at the limit stay.</param>
    private void Keep(uint limit, int ties)
    {
        int taken = 0, i = 0;
        var mask = Vector512.Create(MagnitudeBits.Mask);
        fixed (int* positions = _positions)
        fixed (float* values = _values)
        {
            for (; i <= Count - 16; i += 16)
            {
                var lanes = Vector512.Load(values + i);
                var chosen = Vector512.GreaterThanOrEqual(lanes.AsUInt32() & mask, Vector512.Create(limit));
                if (Vector512.EqualsAny(lanes.AsUInt32() & mask, Vector512.Create(limit)))
                {
                    for (int j = i; j < i + 16; j++)
                    {
                        taken += KeepOne(j, taken, limit, ref ties);
                    }

                    continue;
                }

                taken += VectorCompaction.Append(chosen, Vector512.Load(positions + i), lanes, positions + taken, values + taken);
            }
        }

        for (; i < Count; i++)
        {
            taken += KeepOne(i, taken, limit, ref ties);
        }

        Count = taken;
    }

    private int KeepOne(int from, int to, uint limit, ref int ties)
    {
        uint magnitude = MagnitudeBits.Of(_values[from]);
        (_positions[to], _values[to]) = (_positions[from], _values[from]);
        return magnitude > limit || (magnitude == limit && ties-- > 0) ? 1 : 0;
    }

    /// <summary>Takes all entries of a buffer above a magnitude, and of those that equal it the first few.</summary>
    internal void Fill(ReadOnlySpan<float> values, uint limit, int ties)
    {
        Prepare(values.Length, 0);
        Count = 0;
        for (int position = 0; position < values.Length; position++)
        {
            uint magnitude = MagnitudeBits.Of(values[position]);
            if (magnitude > limit || (magnitude == limit && ties-- > 0))
            {
                _positions[Count] = position;
                _values[Count++] = values[position];
            }
        }
    }
}
