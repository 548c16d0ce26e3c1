using System.Runtime.InteropServices;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>
/// Chosen entries of all slots of a bucket: positions in the flat buffer, ascending, and their values. Room is reused from step to step.
/// </summary>
/// <param name="layout">The slots.</param>
public sealed class SparseBucket(BucketLayout layout)
{
    private readonly int[] _ends = new int[layout.Slots.Length];
    private int[] _positions = [];
    private float[] _values = [];
    private int[] _relative = [];

    /// <summary>Entries of all slots.</summary>
    public int Count { get; private set; }

    /// <summary>Positions in the flat buffer, ascending.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>As many values.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    /// <summary>The entries of one slot, as positions within it; valid until the next call.</summary>
    public (ReadOnlyMemory<int> Indices, ReadOnlyMemory<float> Values) this[ParameterSlot slot]
    {
        get
        {
            int start = Start(slot.Index), count = _ends[slot.Index] - start;
            Grow(ref _relative, count);
            for (int i = 0; i < count; i++)
            {
                _relative[i] = _positions[start + i] - slot.Offset;
            }

            return (_relative.AsMemory(0, count), _values.AsMemory(start, count));
        }
    }

    /// <summary>Forgets everything but keeps the room.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds what was chosen of a slot; slots come in their order.</summary>
    public void Append(ParameterSlot slot, in Selection selection)
    {
        int count = selection.Values.Length;
        bool all = selection.Indices.IsEmpty;
        Reserve(Count + count);
        for (int i = 0; i < count; i++)
        {
            _positions[Count + i] = slot.Offset + (all ? i : selection.Indices[i]);
        }

        selection.Values.CopyTo(_values.AsSpan(Count));
        Count += count;
        _ends[slot.Index] = Count;
    }

    /// <summary>Appends all entries to a payload: positions in the shortest code, values in float32.</summary>
    public void Write(PayloadWriter writer, ThreadTeam team)
    {
        foreach (var slot in layout.Slots)
        {
            var (indices, values) = this[slot];
            IndexCoding.Write(indices.Span, slot.Length, writer, team);
            var bytes = MemoryMarshal.AsBytes(values.Span);
            bytes.CopyTo(writer.Append(bytes.Length));
            writer.CountBits(8.0 * bytes.Length, 8.0 * bytes.Length);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref PayloadReader reader, ThreadTeam team)
    {
        Clear();
        foreach (var slot in layout.Slots)
        {
            int count = IndexCoding.ReadCount(ref reader, slot.Length);
            Reserve(Count + count);
            var positions = _positions.AsSpan(Count, count);
            IndexCoding.Read(ref reader, slot.Length, positions, team);
            foreach (ref int position in positions)
            {
                position += slot.Offset;
            }

            reader.ReadBytes(sizeof(float) * count).CopyTo(MemoryMarshal.AsBytes(_values.AsSpan(Count, count)));
            Count += count;
            _ends[slot.Index] = Count;
        }
    }

    /// <summary>
    /// Becomes the sum of two, of which each slot keeps as many entries as the longer of both has: those of largest magnitude, among
    /// equal ones the lower position.
    /// </summary>
    public void Merge(SparseBucket first, SparseBucket second)
    {
        Clear();
        foreach (var slot in layout.Slots)
        {
            int start = Count;
            AddUp(first, second, slot.Index);
            int k = Math.Max(first._ends[slot.Index] - first.Start(slot.Index), second._ends[slot.Index] - second.Start(slot.Index));
            KeepLargest(start, k);
            _ends[slot.Index] = Count;
        }
    }

    /// <summary>Keeps only entries whose positions are listed.</summary>
    /// <param name="positions">Ascending.</param>
    public void Intersect(ReadOnlySpan<int> positions)
    {
        int kept = 0, next = 0, begin = 0;
        foreach (var slot in layout.Slots)
        {
            int end = _ends[slot.Index];
            for (int i = begin; i < end; i++)
            {
                next += CountBelow(positions[next..], _positions[i]);
                if (next < positions.Length && positions[next] == _positions[i])
                {
                    (_positions[kept], _values[kept]) = (_positions[i], _values[i]);
                    kept++;
                }
            }

            begin = end;
            _ends[slot.Index] = kept;
        }

        Count = kept;
    }

    /// <summary>Keeps only entries whose bit is set, the first entry's in the lowest bit of the first byte.</summary>
    public void Keep(ReadOnlySpan<byte> bits)
    {
        int kept = 0, begin = 0;
        foreach (var slot in layout.Slots)
        {
            int end = _ends[slot.Index];
            for (int i = begin; i < end; i++)
            {
                if ((bits[i / 8] >> (i % 8) & 1) != 0)
                {
                    (_positions[kept], _values[kept]) = (_positions[i], _values[i]);
                    kept++;
                }
            }

            begin = end;
            _ends[slot.Index] = kept;
        }

        Count = kept;
    }

    /// <summary>Becomes a copy.</summary>
    public void CopyFrom(SparseBucket other)
    {
        Count = other.Count;
        Reserve(Count);
        other.Positions.CopyTo(_positions);
        other.Values.CopyTo(_values);
        other._ends.CopyTo(_ends, 0);
    }

    private int Start(int slot) => slot == 0 ? 0 : _ends[slot - 1];

    private void AddUp(SparseBucket first, SparseBucket second, int slot)
    {
        int a = first.Start(slot), endA = first._ends[slot], b = second.Start(slot), endB = second._ends[slot];
        Reserve(Count + (endA - a) + (endB - b));
        while (a < endA || b < endB)
        {
            int positionA = a < endA ? first._positions[a] : int.MaxValue, positionB = b < endB ? second._positions[b] : int.MaxValue;
            float value = 0;
            if (positionA <= positionB)
            {
                value = first._values[a++];
            }

            if (positionB <= positionA)
            {
                value += second._values[b++];
            }

            _positions[Count] = Math.Min(positionA, positionB);
            _values[Count++] = value;
        }
    }

    private void KeepLargest(int start, int k)
    {
        int count = Count - start;
        if (count <= k)
        {
            return;
        }

        uint limit = KthLargest.Invoke(_values.AsSpan(start, count), k, out int above);
        int ties = k - above, kept = start;
        for (int i = start; i < Count; i++)
        {
            uint magnitude = BitConverter.SingleToUInt32Bits(_values[i]) & 0x7FFFFFFF;
            if (magnitude > limit || (magnitude == limit && ties-- > 0))
            {
                (_positions[kept], _values[kept]) = (_positions[i], _values[i]);
                kept++;
            }
        }

        Count = kept;
    }

    private static int CountBelow(ReadOnlySpan<int> ascending, int limit)
    {
        int count = 0;
        while (count < ascending.Length && ascending[count] < limit)
        {
            count++;
        }

        return count;
    }

    private void Reserve(int count)
    {
        Grow(ref _positions, count);
        Grow(ref _values, count);
    }

    private static void Grow<T>(ref T[] room, int count)
    {
        if (room.Length < count)
        {
            Array.Resize(ref room, Math.Max(count, 2 * room.Length));
        }
    }
}
