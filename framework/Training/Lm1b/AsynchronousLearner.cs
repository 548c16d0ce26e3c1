using System.Diagnostics;
using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b.Servers;
using Compression.Training.Parameters;
using Compression.Training.RowSparse;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>
/// One worker of unsynchronised training. To its session it is a world of one: its exchange compresses the dense gradient as for a peer,
/// and the payload goes to the first server, which takes the optimizer's step. Workers and servers meet when all steps are done.
/// </summary>
internal sealed class AsynchronousLearner : ILm1bLearner, IWholeModel
{
    private readonly ServerWorld _world;
    private readonly Lm1bHyperparameters _hyper;
    private readonly DenseWeights _dense;
    private readonly Lm1bWorker _worker;
    private readonly AsynchronousRows _rows;
    private readonly ThreadTeam _team;
    private readonly Staleness _staleness = new();
    private StepMeter _meter = new();
    private bool? _evaluates;

    public AsynchronousLearner(Lm1bOptions options, Lm1bCorpus corpus, ServerWorld world, CompressionPlan rows, CapturingCommunicator captured, ThreadTeam team, Device device)
    {
        (_world, _hyper, _team) = (world, options.Hyper(), team);
        _dense = new DenseWeights(_hyper, options.Seed, team, device);
        Tables = new WordTables(_hyper, world.Servers, _ => false, team);
        Layout = Lm1bLearner.LayoutOf(_dense, Tables);
        StepsPerEpoch = corpus.StepsPerEpoch(_hyper, world.Workers);
        _rows = new AsynchronousRows(Tables.All, rows, options.NumVariableShards, world, _dense, captured);
        _worker = new Lm1bWorker(_hyper, _dense, Tables, corpus.BatchesOf(world.Number, world.Workers, _hyper, options.Seed), _rows);
    }

    public WordTables Tables { get; }

    public IReadOnlyList<RowTraffic> Traffic => [_rows.Traffic];

    public long StepsHere { get; private set; }

    public FlatModel Storage => _dense.Storage;

    public IWholeModel Whole => this;

    public BucketLayout Layout { get; }

    public int StepsPerEpoch { get; }

    public int TargetsOf(int position) => _hyper.BatchSize * _hyper.NumSteps;

    public IEnumerable<ReadOnlyMemory<float>> ResidualsBeside(int worker) => _rows.Residuals;

    public void UseMeter(StepMeter meter) => _meter = meter;

    public void ReportReady(Action<int> ready) => throw new InvalidOperationException("The gradient is clipped by its own norm.");

    /// <summary>Worker k begins when k(k+1)/2 times <c>num_delayed_steps</c> gradients were taken, so that the first do not all hit untrained weights.</summary>
    public void WaitForTurn(CancellationToken stop) => _rows.WaitFor(_world.Number * (_world.Number + 1L) / 2 * _hyper.NumDelayedSteps, stop);

    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey) =>
        _worker.ForwardBackward(randomKey, _team, () =>
        {
            long start = Stopwatch.GetTimestamp();
            _rows.Pull(_worker.Rows, _world.World);
            long ticks = Stopwatch.GetTimestamp() - start;
            _meter.AddTicks(StepPhase.Communicate, ticks);
            _meter.AddTicks(StepPhase.ForwardBackward, -ticks);
        });

    public void ExchangeBeside(int worker, StepContext step, ICommunicator workers) => _rows.Push(_worker.Rows, step, workers);

    public void SeparateOptimizers() => throw new InvalidOperationException("All workers share the tables.");

    public void Apply(double learningRate, int worker = 0, Action<double>? step = null) => StepsHere++;

    public void ResetState(int worker) => _worker.State.Reset();

    public (double Nats, long Targets) Evaluate(SentenceBatches batches, int most)
    {
        if (!Conclude(evaluates: true))
        {
            return (double.NaN, 1);
        }

        using var softmax = new FullSoftmax(_hyper, Tables, _dense, _world.World, _world.Workers);
        return softmax.Evaluate(batches, most);
    }

    public void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit)
    {
        Conclude(evaluates: false);
        Storage.Walk((slot, values) => visit(Layout.Slots[slot.Index], values));
        if (_world.World.Rank == 0)
        {
            int first = Storage.Layout.Slots.Length;
            Tables.Walk(_world.World, owner => _world.Workers + owner, (index, values) => visit(Layout.Slots[first + index], values));
        }
    }

    public void Send()
    {
    }

    public RunSummary Amend(RunSummary summary)
    {
        // A world of one only projects what it would send; here it really went to the servers.
        summary = summary with { Bytes = summary.Bytes with { Projected = false } };
        if (summary.Status == "failed")
        {
            return summary;
        }

        Span<double> sums = [summary.Tokens, summary.WordsPerSecond, summary.Bytes.WireTotal];
        _world.World.AllReduce(sums);
        return summary with
        {
            NumWorkers = _world.Workers,
            Tokens = (long)sums[0],
            WordsPerSecond = sums[1],
            Bytes = summary.Bytes with { WireTotal = (long)sums[2] },
            Staleness = _staleness.Histogram,
        };
    }

    public void Save(IStateWriter writer) => throw new InvalidOperationException("Unsynchronised workers share no step at which to save.");

    public void Load(IStateReader reader) => throw new InvalidOperationException("Unsynchronised workers share no step at which to save.");

    public void Dispose()
    {
        _worker.Dispose();
        Tables.Dispose();
        _dense.Dispose();
    }

    /// <summary>A server's part in what workers do together once all steps are done.</summary>
    internal static void ConcludeServer(Lm1bServer server, ServerWorld world, Lm1bOptions options, Lm1bCorpus corpus)
    {
        var hyper = options.Hyper();
        if (Meet(world, server.Staleness, server.Dense, evaluates: true))
        {
            using var batches = SentenceBatches.Once(corpus.Vocabulary, corpus.Heldout.Files, hyper.BatchSize, hyper.NumSteps);
            using var softmax = new FullSoftmax(hyper, server.Tables, server.Dense, world.World, world.Workers);
            softmax.Evaluate(batches, options.EvalSteps);
        }

        server.Tables.Send(world.World);
        Span<double> nothing = [0, 0, 0];
        world.World.AllReduce(nothing);
    }

    // Once; returns whether all workers have come here to evaluate.
    private bool Conclude(bool evaluates)
    {
        if (_evaluates is null)
        {
            _rows.End();
            _evaluates = Meet(_world, _staleness, _dense, evaluates);
        }

        return _evaluates.Value;
    }

    private static bool Meet(ServerWorld world, Staleness staleness, DenseWeights dense, bool evaluates)
    {
        Span<double> least = [evaluates ? 1 : 0];
        world.World.AllReduce(least, ReduceOperation.Min);
        world.World.AllReduce(staleness.Counts);
        dense.Storage.ChangeParameters(parameters => world.World.Broadcast(MemoryMarshal.AsBytes(parameters), root: world.Workers));
        return least[0] > 0;
    }
}
