using System.Runtime.Intrinsics;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using static TorchSharp.torch;

namespace Compression.Training.RowSparse;

/// <summary>
/// A parameter of many rows, of which a batch touches few: lookups, gradients and updates are of single rows, and no buffer has the
/// table's size but the table. This process holds all shards, or those of one owner.
/// </summary>
/// <param name="name">Of the parameter; shard s is called <c>name.shard_s</c>.</param>
/// <param name="partition">Who holds what.</param>
/// <param name="width">Elements of a row.</param>
/// <param name="holds">Whether this process holds an owner's shards.</param>
/// <param name="initialSum">Where Adagrad's sums begin; null for a table that is only read.</param>
/// <param name="team">Threads.</param>
public sealed class RowTable(
    string name, RowPartition partition, int width, Predicate<int> holds, float? initialSum, ThreadTeam team) : IDisposable
{
    private const int RowsAPart = 16;

    private readonly RowShard?[] _shards = [.. Enumerable.Range(0, partition.Shards).Select(shard => holds(partition.OwnerOfShard(shard))
        ? new RowShard(partition.LengthOf(shard), width, initialSum)
        : null)];

    /// <summary>Of the parameter.</summary>
    public string Name { get; } = name;

    /// <summary>Who holds what.</summary>
    public RowPartition Partition { get; } = partition;

    /// <summary>Elements of a row.</summary>
    public int Width { get; } = width;

    /// <summary>Names and shapes of the shards, as they stand in layouts and checkpoints.</summary>
    public IEnumerable<(string Name, IReadOnlyList<long> Shape, ParameterKind Kind)> Parameters => Enumerable.Range(0, Partition.Shards)
        .Select(shard => (NameOf(shard), (IReadOnlyList<long>)[Partition.LengthOf(shard), Width], ParameterKind.RowSparse));

    /// <summary>The shards that this process holds, [rows, width].</summary>
    public IEnumerable<Tensor> Held => _shards.OfType<RowShard>().Select(shard => shard.Values);

    /// <summary>Bytes of the shards held, with what Adagrad keeps.</summary>
    public long HeldBytes => _shards.OfType<RowShard>().Sum(shard => (long)sizeof(float) * (shard.AllValues.Length + (long)shard.AllSums.Length));

    /// <summary>Draws the rows uniformly from ±<paramref name="limit"/> of a shard's length, the same whoever holds it.</summary>
    /// <param name="seed">Of the run.</param>
    /// <param name="limit">Given the rows of a shard.</param>
    /// <param name="columns">The columns that are drawn, from the first; the others stay 0.</param>
    public void Initialize(long seed, Func<int, double> limit, int columns)
    {
        using var noGradient = no_grad();
        int key = (int)Core.Payloads.Checksum.Crc32C(Name);
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (_shards[shard] is { } held)
            {
                using var scope = NewDisposeScope();
                manual_seed((long)(RandomKey.Mix((ulong)seed, shard, 0, key, RandomPurpose.Initialization) >> 1));
                double bound = limit(Partition.LengthOf(shard));
                nn.init.uniform_(held.Values, -bound, bound);
                held.Values.narrow(1, columns, Width - columns).zero_();
            }
        }
    }

    /// <summary>A shard's values as they are, or empty where another process holds it.</summary>
    public Span<float> ValuesOf(int shard) => _shards[shard] is { } held ? held.AllValues : [];

    /// <summary>A row that this process holds.</summary>
    public Span<float> Row(int row) => _shards[Partition.ShardOf(row)]!.AllValues.Slice(row / Partition.Shards * Width, Width);

    /// <summary>Copies rows that this process holds.</summary>
    /// <param name="rows">Their numbers.</param>
    /// <param name="destination">Room for <paramref name="rows"/> times <see cref="Width"/>.</param>
    public void Gather(ReadOnlyMemory<int> rows, Memory<float> destination)
    {
        var job = new GatherJob(this, rows, destination);
        team.Run(ref job, (rows.Length + RowsAPart - 1) / RowsAPart);
    }

    /// <summary>Adagrad (Duchi et al. 2011) of single rows: s ← s + g², w ← w − η g/√s.</summary>
    /// <param name="rows">Distinct rows that this process holds.</param>
    /// <param name="gradients">Of each.</param>
    /// <param name="learningRate">η.</param>
    public void Update(ReadOnlyMemory<int> rows, ReadOnlyMemory<float> gradients, double learningRate)
    {
        var job = new UpdateJob(this, rows, gradients, (float)-learningRate);
        team.Run(ref job, (rows.Length + RowsAPart - 1) / RowsAPart);
    }

    /// <summary>Reads the shards held.</summary>
    /// <param name="file">Holds a float32 tensor of every shard's name and shape.</param>
    /// <param name="shownAs">The file, for messages.</param>
    /// <param name="code">How the program ends where the file does not fit.</param>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape; it is named.</exception>
    public void Read(SafetensorsFile file, string shownAs, ExitCode code)
    {
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (_shards[shard] is { } held)
            {
                file.Require(NameOf(shard), [Partition.LengthOf(shard), Width], shownAs, code);
                file.Read(NameOf(shard), held.AllValues);
            }
        }
    }

    /// <summary>Writes what Adagrad keeps of the shards held.</summary>
    public void Save(IStateWriter writer) => ForEachHeld((name, held) => writer.Write(name, held.AllSums));

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader) => ForEachHeld((name, held) => reader.Read(name, held.AllSums));

    public void Dispose()
    {
        foreach (var shard in _shards)
        {
            shard?.Dispose();
        }
    }

    /// <summary>The name of a shard.</summary>
    public string NameOf(int shard) => FormattableString.Invariant($"{Name}.shard_{shard}");

    private void ForEachHeld(Action<string, RowShard> action)
    {
        for (int shard = 0; shard < _shards.Length; shard++)
        {
            if (_shards[shard] is { } held)
            {
                action($"sum_of_squares/{NameOf(shard)}", held);
            }
        }
    }

    private void UpdateRow(int row, ReadOnlySpan<float> gradient, float rate)
    {
        var held = _shards[Partition.ShardOf(row)]!;
        int start = row / Partition.Shards * Width;
        Span<float> values = held.AllValues.Slice(start, Width), sums = held.AllSums.Slice(start, Width);
        int i = 0;
        for (; i + Vector512<float>.Count <= Width; i += Vector512<float>.Count)
        {
            var g = Vector512.Create(gradient[i..]);
            var s = Vector512.Create<float>(sums[i..]) + (g * g);
            s.CopyTo(sums[i..]);
            (Vector512.Create<float>(values[i..]) + (g / Vector512.Sqrt(s) * Vector512.Create(rate))).CopyTo(values[i..]);
        }

        for (; i < Width; i++)
        {
            sums[i] += gradient[i] * gradient[i];
            values[i] += gradient[i] / MathF.Sqrt(sums[i]) * rate;
        }
    }

    private readonly struct GatherJob(RowTable table, ReadOnlyMemory<int> rows, Memory<float> destination) : IKernelJob
    {
        public void Execute(int part)
        {
            var mine = rows.Span;
            var to = destination.Span;
            for (int i = part * RowsAPart; i < Math.Min(mine.Length, (part + 1) * RowsAPart); i++)
            {
                table.Row(mine[i]).CopyTo(to.Slice(i * table.Width, table.Width));
            }
        }
    }

    private readonly struct UpdateJob(RowTable table, ReadOnlyMemory<int> rows, ReadOnlyMemory<float> gradients, float rate) : IKernelJob
    {
        public void Execute(int part)
        {
            var mine = rows.Span;
            var from = gradients.Span;
            for (int i = part * RowsAPart; i < Math.Min(mine.Length, (part + 1) * RowsAPart); i++)
            {
                table.UpdateRow(mine[i], from.Slice(i * table.Width, table.Width), rate);
            }
        }
    }
}
