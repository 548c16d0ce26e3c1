using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.RowSparse;

using static TorchSharp.torch;

namespace Compression.Training.Tests.RowSparse;

/// <summary>Some workers with two small tables, each with its own part or all of both, and rows that are drawn anew in each step.</summary>
internal sealed class RowWorld : IDisposable
{
    public const int Rows = 37;
    public const double Rate = 0.2;

    public static readonly int[] Widths = [19, 4];

    private const int Shards = 5;
    private const int Most = 16;

    private readonly InProcessCluster _cluster;
    private readonly Random _random;
    private long _step;

    /// <param name="workers">N.</param>
    /// <param name="served">By servers, rather than gathered by all.</param>
    /// <param name="compressor">Of row gradients.</param>
    /// <param name="pieces">P.</param>
    /// <param name="seed">Of rows and gradients.</param>
    public RowWorld(int workers, bool served, string compressor = "none", int pieces = 3, int seed = 1)
    {
        _cluster = new InProcessCluster(workers);
        _random = new Random(seed);
        var plan = Compose(compressor);
        Tables = [.. Enumerable.Range(0, workers).Select(worker => NewTables(served ? workers : 1, owner => !served || owner == worker))];
        Batches = [.. Tables.Select(tables => tables.Select(table => new RowBatch(table, Most)).ToArray())];
        Exchanges = [.. Tables.Select((tables, worker) => served ? new ServedRows(tables, plan, pieces, worker) : (IRowExchange)new ReplicatedRows(tables, plan, pieces))];
    }

    public RowTable[][] Tables { get; }

    public RowBatch[][] Batches { get; }

    public IRowExchange[] Exchanges { get; }

    public static CompressionPlan Compose(string compressor) => new CompressionComposer(Methods.All).Compose(
        new CompressionRequest(compressor, "auto", "auto", MinSlotSize: 0, new Dictionary<string, string>()));

    public static RowTable[] NewTables(int owners, Predicate<int> holds)
    {
        RowTable[] tables = [.. Widths.Select((width, table) =>
            new RowTable($"table{table}", new RowPartition(Rows, Shards, owners), width, holds, initialSum: 1, ThreadTeam.Single))];
        foreach (var table in tables)
        {
            table.Initialize(seed: 7, _ => 0.5, table.Width);
        }

        return tables;
    }

    /// <summary>Draws rows and gradients for all workers, fetches, sends and updates.</summary>
    /// <returns>By worker and table: the gradients of rows.</returns>
    public Dictionary<int, float[]>[][] Step()
    {
        var gradients = Batches.Select(batches => batches.Select(Draw).ToArray()).ToArray();
        _cluster.Run(peers =>
        {
            var step = ContextOf(_step, peers.Rank);
            Exchanges[peers.Rank].Pull(Batches[peers.Rank], peers);
            Exchanges[peers.Rank].Push(Batches[peers.Rank], step, peers);
        });
        _step++;
        return gradients;
    }

    public static StepContext ContextOf(long step, int rank) => new(step, Seed: 3, rank, Rate, Epoch: 0, new StepMeter());

    /// <summary>A row, from whoever holds it.</summary>
    public float[] Row(int table, int row)
    {
        int owner = Tables[0][table].Partition.OwnerOf(row);
        return Tables[owner][table].Row(row).ToArray();
    }

    /// <summary>A table with all its rows.</summary>
    public float[] Whole(int table) => [.. Enumerable.Range(0, Rows).SelectMany(row => Row(table, row))];

    public void Dispose()
    {
        _cluster.Dispose();
        foreach (var batch in Batches.SelectMany(batches => batches))
        {
            batch.Dispose();
        }

        foreach (var table in Tables.SelectMany(tables => tables))
        {
            table.Dispose();
        }
    }

    private Dictionary<int, float[]> Draw(RowBatch batch, int table)
    {
        var drawn = new Dictionary<int, float[]>();
        batch.Clear();
        for (int i = 0; i < Most; i++)
        {
            // Low numbers are frequent, as words are.
            int row = _random.Next(1 + _random.Next(Rows));
            batch.Add(row);
            drawn[row] = [];
        }

        batch.Seal();
        float[] all = [.. Enumerable.Range(0, batch.Count * Widths[table]).Select(_ => (float)((2 * _random.NextDouble()) - 1))];
        foreach (var (row, number) in batch.Rows.ToArray().Select((row, number) => (row, number)))
        {
            drawn[row] = all[(number * Widths[table])..((number + 1) * Widths[table])];
        }

        using var scope = NewDisposeScope();
        batch.MakeLeaf(CPU);
        (batch.Leaf * tensor(all, [batch.Count, Widths[table]])).sum().backward();
        batch.TakeGradient(1);
        return drawn;
    }

}
