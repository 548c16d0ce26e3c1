using System.Diagnostics;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data.Lm1b;
using Compression.Training.Parameters;
using Compression.Training.RowSparse;
using Compression.Training.Sessions;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>
/// The LM-1B model with its optimizers, and for each worker of this process its text. The dense weights are exchanged as in every trainer; the
/// tables' rows are looked up, and their gradients sent, by a row exchange of each worker.
/// </summary>
internal sealed class Lm1bLearner : ILm1bLearner, IWholeModel
{
    private readonly Lm1bHyperparameters _hyper;
    private readonly ICommunicator _peers;
    private readonly DenseWeights _dense;
    private readonly Lm1bWorker[] _workers;
    private readonly ThreadTeam _team;
    private StepMeter _meter = new();

    /// <param name="options">Of the run.</param>
    /// <param name="corpus">Vocabulary and shards.</param>
    /// <param name="peers">The processes.</param>
    /// <param name="group">The workers of this one.</param>
    /// <param name="rows">The compressor of row gradients.</param>
    /// <param name="team">Threads.</param>
    /// <param name="device">Where the dense part and the softmax compute; null for the CPU, where the tables always are.</param>
    public Lm1bLearner(
        Lm1bOptions options, Lm1bCorpus corpus, ICommunicator peers, WorkerGroup group, CompressionPlan rows, ThreadTeam team, Device? device = null)
    {
        _hyper = options.Hyper();
        _peers = peers;
        _team = team;
        _dense = new DenseWeights(_hyper, options.Seed, team, device);
        bool replicated = options.Way == RunOption.Mpi;
        Tables = new WordTables(_hyper, replicated ? 1 : group.Total, owner => replicated || peers.WorldSize == 1 || owner == peers.Rank, team);
        Tables.Initialize(options.Seed);
        Layout = LayoutOf(_dense, Tables);
        StepsPerEpoch = corpus.StepsPerEpoch(_hyper, group.Total);
        _workers = [.. Enumerable.Range(group.First, group.Count).Select(worker => new Lm1bWorker(
            _hyper, _dense, Tables, corpus.BatchesOf(worker, group.Total, _hyper, options.Seed),
            replicated ? new ReplicatedRows(Tables.All, rows, options.NumVariableShards) : new ServedRows(Tables.All, rows, options.NumVariableShards, worker)))];
    }

    public FlatModel Storage => _dense.Storage;

    /// <summary>The tables, of which this process may hold a part.</summary>
    public WordTables Tables { get; }

    public IReadOnlyList<RowTraffic> Traffic => [.. _workers.Select(worker => worker.Exchange.Traffic)];

    /// <summary>Steps since this process started.</summary>
    public long StepsHere { get; private set; }

    public IWholeModel Whole => this;

    public BucketLayout Layout { get; }

    /// <summary>Steps in which all workers together read as many tokens as there are. Each worker begins its shards anew when it has read them.</summary>
    public int StepsPerEpoch { get; }

    public int TargetsOf(int position) => _hyper.BatchSize * _hyper.NumSteps;

    public IEnumerable<ReadOnlyMemory<float>> ResidualsBeside(int worker) => _workers[worker].Exchange.Residuals;

    public void UseMeter(StepMeter meter) => _meter = meter;

    public void ReportReady(Action<int> ready) => throw new InvalidOperationException("The gradient is clipped by its own norm.");

    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        var mine = _workers[worker];
        return mine.ForwardBackward(randomKey, _team, () => Pull(mine));
    }

    public void ExchangeBeside(int worker, StepContext step, ICommunicator workers) => _workers[worker].Exchange.Push(_workers[worker].Rows, step, workers);

    public void SeparateOptimizers() => throw new InvalidOperationException("All workers share the tables.");

    public void Apply(double learningRate, int worker = 0, Action<double>? step = null)
    {
        _dense.Step(learningRate);
        StepsHere++;
    }

    public void ResetState(int worker) => _workers[worker].State.Reset();

    /// <summary>Sum of nats over the held-out batches and their targets; the same on all processes, and given out by the first.</summary>
    /// <param name="batches">Read anew by each process.</param>
    /// <param name="most">Most batches.</param>
    public (double Nats, long Targets) Evaluate(SentenceBatches batches, int most)
    {
        using var softmax = new FullSoftmax(_hyper, Tables, _dense, _peers);
        var (nats, targets) = softmax.Evaluate(batches, most);
        return _peers.Rank == 0 ? (nats, targets) : (0, 0);
    }

    public void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit)
    {
        Storage.Walk((slot, values) => visit(Layout.Slots[slot.Index], values));
        int first = Storage.Layout.Slots.Length;
        Tables.Walk(_peers, owner => owner, (index, values) => visit(Layout.Slots[first + index], values));
    }

    public void Send()
    {
        if (_peers.Rank > 0 && Tables.Embedding.Partition.Owners > 1)
        {
            Tables.Send(_peers);
        }
    }

    public void ReadParameters(SafetensorsFile file, string shownAs, ExitCode code)
    {
        Storage.Read(file, shownAs, code);
        foreach (var table in Tables.All)
        {
            table.Read(file, shownAs, code);
        }
    }

    public void Save(IStateWriter writer)
    {
        _dense.Save(writer);
        foreach (var table in Tables.All)
        {
            table.Save(writer);
        }

        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Save(writer, $"worker-{worker}/");
        }
    }

    public void Load(IStateReader reader)
    {
        _dense.Load(reader);
        foreach (var table in Tables.All)
        {
            table.Load(reader);
        }

        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Load(reader, $"worker-{worker}/");
        }
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        Tables.Dispose();
        _dense.Dispose();
    }

    /// <summary>All parameters: the dense ones, then the tables' shards.</summary>
    internal static BucketLayout LayoutOf(DenseWeights dense, WordTables tables) => BucketLayout.CreateMixed(
    [
        .. dense.Storage.Layout.Slots.Select(slot => (slot.Name, (IReadOnlyList<long>)slot.Shape, slot.Kind)),
        .. tables.All.SelectMany(table => table.Parameters),
    ]);

    // Lookups pass within the forward pass, but their time is the exchange's.
    private void Pull(Lm1bWorker mine)
    {
        long start = Stopwatch.GetTimestamp();
        double before = _meter.Seconds(StepPhase.Communicate);
        mine.Exchange.Pull(mine.Rows, new MeteredCommunicator(_peers, _meter));
        double waited = _meter.Seconds(StepPhase.Communicate) - before;
        _meter.AddTicks(StepPhase.ForwardBackward, -Math.Min(Stopwatch.GetTimestamp() - start, (long)(waited * Stopwatch.Frequency)));
    }
}
