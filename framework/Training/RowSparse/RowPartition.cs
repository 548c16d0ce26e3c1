namespace Compression.Training.RowSparse;

/// <summary>
/// Who holds which row of a table: row r lies in shard r mod S, shard s with owner s mod N. An owner counts its rows by
/// <see cref="LocalOf"/>, which keeps their order and leaves no gaps but at the end.
/// </summary>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Shards">S, at least N.</param>
/// <param name="Owners">N.</param>
public readonly record struct RowPartition(int Rows, int Shards, int Owners)
{
    /// <summary>The shard of a row.</summary>
    public int ShardOf(int row) => row % Shards;

    /// <summary>The owner of a row.</summary>
    public int OwnerOf(int row) => OwnerOfShard(ShardOf(row));

    /// <summary>The owner of a shard.</summary>
    public int OwnerOfShard(int shard) => shard % Owners;

    /// <summary>Rows of a shard.</summary>
    public int LengthOf(int shard) => (Rows - shard + Shards - 1) / Shards;

    /// <summary>A row's number among its owner's rows.</summary>
    public int LocalOf(int row)
    {
        int shard = ShardOf(row);
        return (row / Shards * ShardsOf(OwnerOfShard(shard))) + (shard / Owners);
    }

    /// <summary>The row that <see cref="LocalOf"/> counts.</summary>
    public int RowOf(int owner, int local)
    {
        int shards = ShardsOf(owner);
        return (local / shards * Shards) + (local % shards * Owners) + owner;
    }

    /// <summary>All local numbers of an owner are below this.</summary>
    public int LocalCount(int owner) => (Rows + Shards - 1) / Shards * ShardsOf(owner);

    private int ShardsOf(int owner) => (Shards - owner + Owners - 1) / Owners;
}
