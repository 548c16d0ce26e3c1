using System.Numerics;
using System.Runtime.InteropServices;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// Words as UTF-8, numbered by first appearance: all bytes in one array, found by open addressing. Looking up allocates nothing, and a word of up to eight
/// bytes is known from its slot alone, since most of the time goes into waiting for memory.
/// </summary>
internal sealed class WordTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private const int ShortWord = sizeof(ulong);

    private byte[] _bytes;
    private int[] _ends; // _ends[id] is where the bytes of word id end; those of word 0 begin at 0
    private Slot[] _slots;

    /// <param name="words">About how many there will be.</param>
    public WordTable(int words = 1024)
    {
        _bytes = new byte[words * 10L];
        _ends = new int[words];
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)words * 2)];
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
    public int Find(ReadOnlySpan<byte> word) => SlotOf(word, KeyOf(word)).Number - 1;

    /// <summary>The id of a word, which is added where it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<byte> word)
    {
        ulong key = KeyOf(word);
        ref var slot = ref SlotOf(word, key);
        if (slot.Number != 0)
        {
            return slot.Number - 1;
        }

        int id = Count++;
        Append(id, word);
        slot = new Slot(key, word.Length, id + 1);
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
    private ref Slot SlotOf(ReadOnlySpan<byte> word, ulong key)
    {
        var slots = _slots;
        int mask = slots.Length - 1;
        for (int at = StartOf(key, word.Length) & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref slots[at];
            bool isIt = slot.Key == key && slot.Length == word.Length && (word.Length <= ShortWord || this[slot.Number - 1].SequenceEqual(word));
            if (isIt || slot.Number == 0)
            {
                return ref slot;
            }
        }
    }

    private void Rehash()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        int mask = _slots.Length - 1;
        foreach (var slot in old.Where(slot => slot.Number != 0))
        {
            int at = StartOf(slot.Key, slot.Length) & mask;
            while (_slots[at].Number != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = slot;
        }
    }

    private static int StartOf(ulong key, int length) => (int)Fold(key, (ulong)length);

    // A short word itself; of a longer one a hash, eight bytes after eight folded in.
    private static ulong KeyOf(ReadOnlySpan<byte> word)
    {
        ulong key = 0;
        for (; word.Length > ShortWord; word = word[ShortWord..])
        {
            key = Fold(key, MemoryMarshal.Read<ulong>(word));
        }

        ulong tail = Tail(word);
        return key == 0 ? tail : Fold(key, tail);
    }

    // A wide multiplication whose halves are mixed.
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

    // Number: id + 1; 0 is free.
    private readonly record struct Slot(ulong Key, int Length, int Number);
}
