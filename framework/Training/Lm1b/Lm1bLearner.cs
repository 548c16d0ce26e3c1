using System.Diagnostics;
using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data.Lm1b;
using Compression.Training.Models;
using Compression.Training.Models.Lm1b;
using Compression.Training.Optimizers;
using Compression.Training.RowSparse;
using Compression.Training.Sessions;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>
/// The LM-1B model with its optimizers, and for each worker of this process its text. The dense weights go through the pipeline; the
/// tables' rows are looked up, and their gradients sent, by a row exchange of each worker.
/// </summary>
public sealed class Lm1bLearner : ITrainableModel, IWholeModel
{
    private const double AverageDecay = 0.999;
    private const int TableTag = 21000;

    private readonly Lm1bHyperparameters _hyper;
    private readonly ICommunicator _peers;
    private readonly ProjectedLstm _lstm;
    private readonly FlatAdagrad _optimizer;
    private readonly ParameterAverages? _averages;
    private readonly Lm1bWorker[] _workers;
    private readonly KernelTeam _team;
    private StepLedger _ledger = new();

    /// <param name="options">Of the run.</param>
    /// <param name="corpus">Vocabulary and shards.</param>
    /// <param name="peers">The processes.</param>
    /// <param name="group">The workers of this one.</param>
    /// <param name="rows">The compressor of row gradients.</param>
    /// <param name="team">Threads.</param>
    public Lm1bLearner(Lm1bOptions options, Lm1bCorpus corpus, ICommunicator peers, WorkerGroup group, PipelinePlan rows, KernelTeam team)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(peers);
        ArgumentNullException.ThrowIfNull(group);
        _hyper = options.Hyper();
        _peers = peers;
        _team = team;
        manual_seed((long)(RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization) >> 1));
        _lstm = new ProjectedLstm(_hyper.EmbSize, _hyper.StateSize, _hyper.ProjectedSize, _hyper.NumLayers, 1 - _hyper.KeepProb);
        _lstm.Initialize();
        Storage = new FlatModel(_lstm);
        _optimizer = new FlatAdagrad(Storage, team, weightDecay: 0, Lm1bTables.InitialSum);
        _averages = _hyper.AverageParams ? new ParameterAverages(Storage, team, AverageDecay) : null;
        bool replicated = options.Way == RunOption.Mpi;
        Tables = new Lm1bTables(
            _hyper, replicated ? 1 : group.Total, owner => replicated || peers.WorldSize == 1 || owner == peers.Rank, options.Seed, team);
        Layout = BucketLayout.CreateMixed(
            [.. Storage.Layout.Slots.Select(slot => (slot.Name, (IReadOnlyList<long>)slot.Shape, slot.Kind)), .. Tables.All.SelectMany(table => table.Parameters)]);
        long tokensAStep = (long)_hyper.BatchSize * _hyper.NumSteps * group.Total;
        StepsPerEpoch = (int)Math.Clamp((corpus.Tokens + tokensAStep - 1) / tokensAStep, 1, int.MaxValue);
        _workers = [.. Enumerable.Range(group.First, group.Count).Select(worker => new Lm1bWorker(
            _hyper, Tables,
            SentenceBatches.Forever(
                corpus.Vocabulary, corpus.Training.For(worker, group.Total), _hyper.BatchSize, _hyper.NumSteps,
                RandomKey.Mix((ulong)options.Seed, worker, 0, -1, RandomPurpose.Order)),
            replicated ? new ReplicatedRows(Tables.All, rows, options.NumVariableShards) : new ServedRows(Tables.All, rows, options.NumVariableShards, worker)))];
    }

    /// <summary>The dense weights.</summary>
    public FlatModel Storage { get; }

    /// <summary>The tables, of which this process may hold a part.</summary>
    public Lm1bTables Tables { get; }

    /// <summary>The dense weights' module.</summary>
    public ProjectedLstm Lstm => _lstm;

    /// <summary>What this process's workers sent for rows, by kind.</summary>
    public IEnumerable<RowTraffic> Traffic => _workers.Select(worker => worker.Exchange.Traffic);

    /// <summary>Workers of this process.</summary>
    public int WorkersHere => _workers.Length;

    /// <summary>Steps since this process started.</summary>
    public long StepsHere { get; private set; }

    /// <inheritdoc/>
    public IWholeModel Whole => this;

    /// <inheritdoc/>
    public BucketLayout Layout { get; }

    /// <summary>Steps in which all workers together read as many tokens as there are. Each worker begins its shards anew when it has read them.</summary>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public int TargetsOf(int position) => _hyper.BatchSize * _hyper.NumSteps;

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<float>> HeldBackBeside(int worker) => _workers[worker].Exchange.HeldBack;

    /// <inheritdoc/>
    public void BookInto(StepLedger ledger) => _ledger = ledger;

    /// <inheritdoc/>
    public void ReportReady(Action<int> ready) => throw new InvalidOperationException("The gradient is clipped by its own norm.");

    /// <inheritdoc/>
    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        using var scope = NewDisposeScope();
        var mine = _workers[worker];
        mine.Begin(RandomKey.Mix(randomKey, 0, 0, -1, RandomPurpose.Candidates));
        Pull(mine);
        manual_seed((long)(randomKey >> 1));
        _lstm.train();
        Storage.ZeroGradients();
        var loss = mine.Loss(_lstm);
        (loss * _hyper.NumSteps).backward();
        mine.TakeGradients();
        double rows = mine.Rows.Sum(batch => SumOfSquares.Invoke(_team, batch.Gradients));
        double norm = Storage.ClipNorm(_hyper.MaxGradNorm).Norm;
        return (loss.item<float>(), double.IsFinite(rows) ? norm : double.NaN);
    }

    /// <inheritdoc/>
    public void ExchangeBeside(int worker, StepContext step, ICommunicator workers) => _workers[worker].Exchange.Push(_workers[worker].Rows, step, workers);

    /// <inheritdoc/>
    public void Apply(double learningRate)
    {
        _averages?.Begin();
        _optimizer.Step(learningRate);
        _averages?.Update();
        StepsHere++;
    }

    /// <summary>Puts the averages of the dense weights in their place, for evaluation.</summary>
    public void UseAverages() => _averages?.Apply();

    /// <inheritdoc/>
    public void ForgetState(int worker) => _workers[worker].State.Reset();

    /// <summary>Sum of nats over the held-out batches and their targets; the same on all processes, and given out by the first.</summary>
    /// <param name="batches">Read anew by each process.</param>
    /// <param name="most">Most batches.</param>
    public (double Nats, long Targets) Evaluate(SentenceBatches batches, int most)
    {
        using var softmax = new FullSoftmax(_hyper, Tables, _lstm, _peers);
        var (nats, targets) = softmax.Evaluate(batches, most);
        return _peers.Rank == 0 ? (nats, targets) : (0, 0);
    }

    /// <inheritdoc/>
    public void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        Storage.Walk((slot, values) => visit(Layout.Slots[slot.Index], values));
        int index = Storage.Layout.Slots.Length;
        float[] room = [];
        foreach (var table in Tables.All)
        {
            for (int shard = 0; shard < table.Partition.Shards; shard++, index++)
            {
                ReadOnlySpan<float> values = table.ValuesOf(shard);
                if (values.IsEmpty)
                {
                    Array.Resize(ref room, Math.Max(room.Length, Layout.Slots[index].Length));
                    var received = room.AsSpan(0, Layout.Slots[index].Length);
                    _peers.Receive(MemoryMarshal.AsBytes(received), table.Partition.OwnerOfShard(shard), TableTag);
                    values = received;
                }

                visit(Layout.Slots[index], values);
            }
        }
    }

    /// <inheritdoc/>
    public void Send()
    {
        foreach (var table in Tables.All.Where(table => table.Partition.Owners > 1))
        {
            for (int shard = 0; shard < table.Partition.Shards; shard++)
            {
                if (_peers.Rank > 0 && table.ValuesOf(shard) is { IsEmpty: false } values)
                {
                    _peers.Send(MemoryMarshal.AsBytes(values), destination: 0, TableTag);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void ReadParameters(SafetensorsFile file, string shownAs, ExitCode code)
    {
        Storage.Read(file, shownAs, code);
        foreach (var table in Tables.All)
        {
            for (int shard = 0; shard < table.Partition.Shards; shard++)
            {
                if (table.ValuesOf(shard) is { IsEmpty: false } values)
                {
                    file.Require(table.NameOf(shard), [table.Partition.LengthOf(shard), table.Width], shownAs, code);
                    file.Read(table.NameOf(shard), values);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        _optimizer.Save(writer);
        _averages?.Save(writer);
        foreach (var table in Tables.All)
        {
            table.Save(writer);
        }

        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Save(writer, $"worker-{worker}/");
        }
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
        _optimizer.Load(reader);
        LoadAverages(reader);
        foreach (var table in Tables.All)
        {
            table.Load(reader);
        }

        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Load(reader, $"worker-{worker}/");
        }
    }

    /// <summary>Reads the averages alone.</summary>
    public void LoadAverages(IStateReader reader) => _averages?.Load(reader);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        Tables.Dispose();
        _optimizer.Dispose();
        Storage.Dispose();
        _lstm.Dispose();
    }

    // Lookups pass within the forward pass, but their time is the exchange's.
    private void Pull(Lm1bWorker mine)
    {
        long start = Stopwatch.GetTimestamp();
        double before = _ledger.Seconds(StepPhase.Communicate);
        mine.Exchange.Pull(mine.Rows, new MeteredCommunicator(_peers, _ledger));
        double waited = _ledger.Seconds(StepPhase.Communicate) - before;
        _ledger.AddTicks(StepPhase.ForwardBackward, -Math.Min(Stopwatch.GetTimestamp() - start, (long)(waited * Stopwatch.Frequency)));
    }
}
