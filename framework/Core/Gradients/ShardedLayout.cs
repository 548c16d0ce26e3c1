using System.Collections.Immutable;

namespace Compression.Core.Gradients;

/// <summary>
/// The parameters of a bucket cut into one shard a worker. A parameter that lies across a border falls into pieces, each a vector; one that
/// does not keeps its shape. Every worker computes the same cut from the layout alone.
/// </summary>
public sealed class ShardedLayout
{
    private readonly ImmutableArray<int> _firstPieces;

    /// <param name="layout">The parameters.</param>
    /// <param name="workers">n, the number of shards.</param>
    public ShardedLayout(BucketLayout layout, int workers)
    {
        Cut = new ShardCut(layout.Length, workers);
        var pieces = ImmutableArray.CreateBuilder<ParameterSlot>();
        var sums = ImmutableArray.CreateBuilder<ParameterSlot>();
        var firsts = ImmutableArray.CreateBuilder<int>();
        for (int shard = 0; shard < workers; shard++)
        {
            firsts.Add(pieces.Count);
            int start = Cut.Start(shard), end = Cut.Start(shard + 1);
            foreach (var slot in layout.Slots)
            {
                int from = Math.Max(start, slot.Offset), to = Math.Min(end, slot.Offset + slot.Length);
                if (from < to)
                {
                    var piece = Piece(slot, pieces.Count, from, to);
                    pieces.Add(piece);
                    sums.Add(new ParameterSlot(piece.Index, piece.Name + "/sum", piece.Shape, piece.Offset, piece.Kind) { Whole = piece.Whole });
                }
            }
        }

        firsts.Add(pieces.Count);
        _firstPieces = firsts.ToImmutable();
        Pieces = BucketLayout.Of(pieces.ToImmutable());
        Sums = BucketLayout.Of(sums.ToImmutable());
    }

    /// <summary>Where the shards begin and end.</summary>
    public ShardCut Cut { get; }

    /// <summary>All pieces, in the order of the flat buffer; parameters without elements have none.</summary>
    public BucketLayout Pieces { get; }

    /// <summary>
    /// The pieces once more, as what the owner of a shard sends back: the same places under other names, so that random numbers are others.
    /// </summary>
    public BucketLayout Sums { get; }

    /// <summary>The pieces of one shard.</summary>
    public ReadOnlySpan<ParameterSlot> PiecesOf(int shard) => Of(Pieces.Slots, shard);

    /// <summary>What the owner of one shard sends back.</summary>
    public ReadOnlySpan<ParameterSlot> SumsOf(int shard) => Of(Sums.Slots, shard);

    /// <summary>What the owner of a shard sends back, as the layout of a buffer that holds the shard alone.</summary>
    public BucketLayout SumLayout(int shard)
    {
        var slots = ImmutableArray.CreateBuilder<ParameterSlot>();
        foreach (var sum in SumsOf(shard))
        {
            slots.Add(new ParameterSlot(slots.Count, sum.Name, sum.Shape, sum.Offset - Cut.Start(shard), sum.Kind) { Whole = sum.Whole });
        }

        return BucketLayout.Of(slots.ToImmutable(), isPart: true);
    }

    private ReadOnlySpan<ParameterSlot> Of(ImmutableArray<ParameterSlot> all, int shard) =>
        all.AsSpan()[_firstPieces[shard].._firstPieces[shard + 1]];

    private static ParameterSlot Piece(ParameterSlot slot, int index, int from, int to)
    {
        bool isWhole = to - from == slot.Length;
        string name = isWhole ? slot.Name : $"{slot.Name}[{from - slot.Offset}:{to - slot.Offset}]";
        return new ParameterSlot(index, name, isWhole ? slot.Shape : [to - from], from, slot.Kind) { Whole = slot.Origin };
    }
}
