using System.Numerics;
using System.Runtime.InteropServices;

namespace Compression.Training.Data.Lm1b;

/// <summary>Words as UTF-8, numbered by first appearance: all bytes in one array, found by open addressing. Looking up allocates nothing.</summary>
internal sealed class WordTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private byte[] _bytes;
    private int[] _ends; // _ends[id] is where the bytes of word id end; those of word 0 begin at 0
    private ulong[] _slots; // upper half of the hash, then id + 1; 0 is free

    /// <param name="words">About how many there will be.</param>
    public WordTable(int words = 1024)
    {
        _bytes = new byte[words * 10L];
        _ends = new int[words];
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)words * 2)];
    }

    /// <summary>Number of words.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of a word.</summary>
    /// <param name="id">0 to <see cref="Count"/>−1.</param>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            int start = id == 0 ? 0 : _ends[id - 1];
            return _bytes.AsSpan(start, _ends[id] - start);
        }
    }

    /// <summary>The id of a word; −1 where it is not there.</summary>
    public int Find(ReadOnlySpan<byte> word) => (int)(uint)_slots[SlotOf(word, Hash(word))] - 1;

    /// <summary>The id of a word, which is added where it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<byte> word)
    {
        ulong hash = Hash(word);
        int slot = SlotOf(word, hash);
        if (_slots[slot] != 0)
        {
            return (int)(uint)_slots[slot] - 1;
        }

        int id = Count++;
        Append(id, word);
        _slots[slot] = Entry(hash, id);
        if (Count * 2 > _slots.Length)
        {
            Rehash();
        }

        return id;
    }

    private void Append(int id, ReadOnlySpan<byte> word)
    {
        int start = id == 0 ? 0 : _ends[id - 1];
        if (id == _ends.Length)
        {
            Array.Resize(ref _ends, id * 2);
        }

        if (start + word.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(start + word.Length, _bytes.Length * 2));
        }

        word.CopyTo(_bytes.AsSpan(start));
        _ends[id] = start + word.Length;
    }

    // The slot that holds the word, or the free one where it belongs.
    private int SlotOf(ReadOnlySpan<byte> word, ulong hash)
    {
        ulong[] slots = _slots;
        int mask = slots.Length - 1, slot = (int)hash & mask;
        for (ulong entry; (entry = slots[slot]) != 0; slot = (slot + 1) & mask)
        {
            if (entry >> 32 == hash >> 32 && this[(int)(uint)entry - 1].SequenceEqual(word))
            {
                break;
            }
        }

        return slot;
    }

    private void Rehash()
    {
        _slots = new ulong[_slots.Length * 2];
        int mask = _slots.Length - 1;
        for (int id = 0; id < Count; id++)
        {
            ulong hash = Hash(this[id]);
            int slot = (int)hash & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = Entry(hash, id);
        }
    }

    private static ulong Entry(ulong hash, int id) => (hash >> 32 << 32) | (uint)(id + 1);

    // Eight bytes at a time, each folded in by a wide multiplication whose halves are mixed.
    private static ulong Hash(ReadOnlySpan<byte> word)
    {
        ulong hash = (ulong)word.Length * Multiplier;
        for (; word.Length > 8; word = word[8..])
        {
            hash = Fold(hash, MemoryMarshal.Read<ulong>(word));
        }

        return Fold(hash, Tail(word));
    }

    private static ulong Fold(ulong hash, ulong bytes)
    {
        ulong high = Math.BigMul(hash ^ bytes ^ 0xD6E8FEB86659FD93, Multiplier, out ulong low);
        return high ^ low;
    }

    // Up to eight bytes, read twice where they overlap.
    private static ulong Tail(ReadOnlySpan<byte> word) => word.Length switch
    {
        8 => MemoryMarshal.Read<ulong>(word),
        >= 4 => ((ulong)MemoryMarshal.Read<uint>(word) << 32) | MemoryMarshal.Read<uint>(word[^4..]),
        >= 2 => ((ulong)MemoryMarshal.Read<ushort>(word) << 32) | MemoryMarshal.Read<ushort>(word[^2..]),
        1 => word[0],
        _ => 0,
    };
}
