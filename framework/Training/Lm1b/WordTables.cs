using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Training.RowSparse;

namespace Compression.Training.Lm1b;

/// <summary>The two tables: word vectors, and the softmax's weights with their biases in the last column.</summary>
public sealed class WordTables : IDisposable
{
    // Of every sum of squares, as in the published systems.
    internal const float InitialSum = 1;

    private const int ShardTag = 21000;

    /// <param name="hyper">Sizes.</param>
    /// <param name="owners">Workers over which the rows are dealt; 1 where each holds all.</param>
    /// <param name="holds">Whether this process holds an owner's rows.</param>
    /// <param name="team">Threads.</param>
    /// <param name="trained">With what Adagrad keeps; else they are only read.</param>
    public WordTables(Lm1bHyperparameters hyper, int owners, Predicate<int> holds, ThreadTeam team, bool trained = true)
    {
        var partition = new RowPartition(hyper.VocabSize, hyper.NumShards, owners);
        float? initialSum = trained ? InitialSum : null;
        Embedding = new RowTable("embedding", partition, hyper.EmbSize, holds, initialSum, team);
        Softmax = new RowTable("softmax", partition, hyper.ProjectedSize + 1, holds, initialSum, team);
        All = [Embedding, Softmax];
    }

    /// <summary>Draws the rows held: uniform within ±√(3/rows) of a shard, which is a variable of its own; biases are 0.</summary>
    public void Initialize(long seed)
    {
        Embedding.Initialize(seed, BoundOf, Embedding.Width);
        Softmax.Initialize(seed, BoundOf, Softmax.Width - 1);
    }

    /// <summary>Sends the first process the shards that it does not hold; it takes them in <see cref="Walk"/>.</summary>
    public void Send(ICommunicator peers)
    {
        foreach (var (table, shard) in Shards())
        {
            if (table.ValuesOf(shard) is { IsEmpty: false } values)
            {
                peers.Send(MemoryMarshal.AsBytes(values), destination: 0, ShardTag);
            }
        }
    }

    /// <summary>Shows all shards in order, those of others as they come.</summary>
    /// <param name="peers">The processes.</param>
    /// <param name="rankOf">The process that an owner is.</param>
    /// <param name="visit">Given the shard's place in that order and its values; they are gone when it returns.</param>
    public void Walk(ICommunicator peers, Func<int, int> rankOf, Action<int, ReadOnlySpan<float>> visit)
    {
        float[] room = [];
        int index = 0;
        foreach (var (table, shard) in Shards())
        {
            ReadOnlySpan<float> values = table.ValuesOf(shard);
            if (values.IsEmpty)
            {
                int length = table.Partition.LengthOf(shard) * table.Width;
                room = room.Length < length ? new float[length] : room;
                peers.Receive(MemoryMarshal.AsBytes(room.AsSpan(0, length)), rankOf(table.Partition.OwnerOfShard(shard)), ShardTag);
                values = room.AsSpan(0, length);
            }

            visit(index++, values);
        }
    }

    /// <summary>[V, E].</summary>
    public RowTable Embedding { get; }

    /// <summary>[V, P + 1].</summary>
    public RowTable Softmax { get; }

    /// <summary>Both, in this order.</summary>
    public IReadOnlyList<RowTable> All { get; }

    public void Dispose()
    {
        Embedding.Dispose();
        Softmax.Dispose();
    }

    private IEnumerable<(RowTable Table, int Shard)> Shards() =>
        All.SelectMany(table => Enumerable.Range(0, table.Partition.Shards).Select(shard => (table, shard)));

    private static double BoundOf(int rows) => Math.Sqrt(3.0 / rows);
}
