using Compression.Core.Kernels;
using Compression.Training.RowSparse;

namespace Compression.Training.Lm1b;

/// <summary>The two tables: word vectors, and the softmax's weights with their biases in the last column.</summary>
public sealed class Lm1bTables : IDisposable
{
    // Of every sum of squares, as in the published systems.
    internal const float InitialSum = 1;

    /// <param name="hyper">Sizes.</param>
    /// <param name="owners">Workers over which the rows are dealt; 1 where each holds all.</param>
    /// <param name="holds">Whether this process holds an owner's rows.</param>
    /// <param name="seed">Of the initial values.</param>
    /// <param name="team">Threads.</param>
    public Lm1bTables(Lm1bHyperparameters hyper, int owners, Predicate<int> holds, long seed, KernelTeam team)
    {
        ArgumentNullException.ThrowIfNull(hyper);
        var partition = new RowPartition(hyper.VocabSize, hyper.NumShards, owners);
        Embedding = new RowTable("embedding", partition, hyper.EmbSize, holds, InitialSum, team);
        Softmax = new RowTable("softmax", partition, hyper.ProjectedSize + 1, holds, InitialSum, team);
        All = [Embedding, Softmax];
        Embedding.Initialize(seed, BoundOf, hyper.EmbSize);
        Softmax.Initialize(seed, BoundOf, hyper.ProjectedSize);
    }

    /// <summary>[V, E].</summary>
    public RowTable Embedding { get; }

    /// <summary>[V, P + 1].</summary>
    public RowTable Softmax { get; }

    /// <summary>Both, in this order.</summary>
    public IReadOnlyList<RowTable> All { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        Softmax.Dispose();
    }

    // √(3/rows): a variable's variance by its first dimension, a shard being a variable.
    private static double BoundOf(int rows) => Math.Sqrt(3.0 / rows);
}
