using System.Runtime.InteropServices;
using Compression.Core.Contracts;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// The sentences of some shards one after another: once in order, or for ever, where each pass has its own order of shards, and of sentences within each.
/// Orders depend on seed, pass and a shard's name alone, so that a stream can go on from any place.
/// </summary>
internal sealed class SentenceStream
{
    private readonly IReadOnlyList<string> _files;
    private readonly ulong? _seed;
    private readonly int[] _order;
    private readonly SentenceShard _shard = new();
    private (int Pass, int Place) _loaded = (-1, -1);

    /// <param name="files">Shards.</param>
    /// <param name="seed">Of all orders; null: once, in order.</param>
    public SentenceStream(IReadOnlyList<string> files, ulong? seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(files.Count);
        _files = files;
        _seed = seed;
        _order = new int[files.Count];
    }

    /// <summary>The sentence that comes next; may be set.</summary>
    public SentencePlace Next { get; set; }

    /// <summary>Takes the next sentence; its bytes stand until the next call.</summary>
    /// <param name="sentence">A line with at least one word.</param>
    /// <returns>False at the end of a stream that ends.</returns>
    /// <exception cref="Core.Reporting.UserErrorException">A shard cannot be read.</exception>
    public bool TryTake(out ReadOnlySpan<byte> sentence)
    {
        for (var next = Next; next.Shard < _files.Count; next = After(next))
        {
            if (_loaded != (next.Pass, next.Shard))
            {
                Load(next);
            }

            if (next.Sentence < _shard.Count)
            {
                sentence = _shard[next.Sentence];
                Next = next with { Sentence = next.Sentence + 1 };
                return true;
            }
        }

        sentence = default;
        return false;
    }

    // The first sentence after a shard; that of the next pass after the last, unless there is only one.
    private SentencePlace After(SentencePlace last) =>
        last.Shard + 1 == _files.Count && _seed is not null ? new SentencePlace(last.Pass + 1, 0, 0) : new SentencePlace(last.Pass, last.Shard + 1, 0);

    private void Load(SentencePlace place)
    {
        if (_loaded.Pass != place.Pass)
        {
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            if (_seed is { } seed)
            {
                RandomOrder.Shuffle(_order, RandomKey.Mix(seed, 0, place.Pass, -1, RandomPurpose.Order));
            }
        }

        string file = _files[_order[place.Shard]];
        _loaded = (-1, -1);
        _shard.Load(file);
        if (_seed is { } key)
        {
            RandomOrder.Shuffle(_shard.Starts, RandomKey.Mix(key, 0, place.Pass, NumberOf(file), RandomPurpose.Order));
        }

        _loaded = (place.Pass, place.Shard);
    }

    // FNV-1a of the name, without its sign: never the −1 of the order of shards.
    private static int NumberOf(string file)
    {
        uint hash = 2166136261;
        foreach (byte unit in MemoryMarshal.AsBytes(Path.GetFileName(file.AsSpan())))
        {
            hash = (hash ^ unit) * 16777619;
        }

        return (int)(hash & int.MaxValue);
    }
}

/// <summary>A place in a stream of sentences.</summary>
/// <param name="Pass">From 0.</param>
/// <param name="Shard">Place of the shard in the order of the pass.</param>
/// <param name="Sentence">Place of the sentence in the order of the shard; the shard's number of sentences after the last.</param>
internal readonly record struct SentencePlace(int Pass, int Shard, int Sentence);
