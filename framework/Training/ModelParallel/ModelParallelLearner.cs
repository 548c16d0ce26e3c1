using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Torch.Devices;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using Compression.Training.Recurrent;
using Compression.Training.Sessions;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>
/// The stage of this rank, or all stages where there is one process, which take turns or have a thread and a device each, with optimizer and text. The objective is the mean over the batch's
/// sentences of their nats, summed over the words; all replicas together compute one batch of the plan.
/// </summary>
public sealed class ModelParallelLearner : ITrainableModel, IWholeModel
{
    private const int ParametersOfLayer = 4;
    private const int ParameterTag = 20000;

    // Before these, memory is still being found and caches are cold.
    private const int StepsBeforeTimeline = 5;

    private readonly ModelParallelOptions _options;
    private readonly ModelParallelWorld _world;
    private readonly int _firstReplica;
    private readonly int _replicas;
    private readonly BucketPlan _plan;
    private readonly StageModule _module;
    private readonly IFlatOptimizer _optimizer;
    private readonly Dictionary<(int Steps, int Columns), StepOrder> _orders = [];
    private readonly ImmutableArray<int> _stageOfSlot;
    private readonly ImmutableArray<StageCopy> _copies = [];
    private readonly StageThreads? _threads;
    private ImmutableArray<BucketBatch> _batches = [];
    private int _stepsHere;
    private long _recordingStart;

    /// <param name="options">Sizes, schedule and optimizer.</param>
    /// <param name="sizes">Of the whole model.</param>
    /// <param name="world">Stages and replicas.</param>
    /// <param name="placement">Which layer lies where.</param>
    /// <param name="plan">Of the training text.</param>
    /// <param name="group">The replicas of this process.</param>
    /// <param name="team">Threads of kernels.</param>
    /// <param name="device">Where stages compute for which the options name no device; null for the CPU.</param>
    public ModelParallelLearner(
        ModelParallelOptions options, RecurrentModelOptions sizes, ModelParallelWorld world, StagePlacement placement, BucketPlan plan, WorkerGroup group,
        ThreadTeam team, Device? device = null)
    {
        _options = options;
        _world = world;
        (_firstReplica, _replicas) = (group.First, group.Total);
        _plan = plan;
        var held = world.IsOneProcess ? placement.Whole : placement[world.Stage];
        device ??= CPU;
        _module = DeviceModule.Create(() => new StageModule(sizes, held), module => module.Initialize(options.InitRange, options.Seed), device);

        Storage = new FlatModel(_module);
        Layout = sizes.Layout();
        _stageOfSlot = [.. Enumerable.Range(0, placement.Stages).Select(stage => placement[stage]).SelectMany(range => Enumerable.Repeat(
            range.Stage, (range.IsFirst ? 1 : 0) + (ParametersOfLayer * range.Layers) + (range.IsLast ? 2 : 0)))];
        _optimizer = FlatSgd.Create(Storage, momentum: 0, weightDecay: 0, options.Update);
        StageRange[] ranges = world.IsOneProcess ? [.. Enumerable.Range(0, placement.Stages).Select(stage => placement[stage])] : [held];
        var devices = StageDevices.Parse(options.Devices);
        if (devices.Length > 0)
        {
            var mailbox = new StageMailbox();
            _copies = [.. ranges.Select(range => new StageCopy(sizes, range, devices[range.Stage], Storage))];
            _threads = new StageThreads(ranges.Length, Math.Max(1, team.Threads / ranges.Length), mailbox);
            Runners = [.. ranges.Select(range => new StageRunner(
                new StageComputation(_copies[range.Stage].Module, range, range, sizes, devices[range.Stage], ThreadTeam.Single),
                new ThreadLink(range.Stage, devices[range.Stage], mailbox), new StageClock(range.Stage, _firstReplica)))];
            return;
        }

        var table = new Dictionary<(int, StageMessage, int), Tensor>();
        Runners = [.. ranges.Select(range => new StageRunner(
            new StageComputation(_module, held, range, sizes, device, team),
            world.IsOneProcess
                ? new LocalLink(range.Stage, table)
                : new RankLink(world.Replica, device, stage => options.NameOf(world.World.Rank - world.Stage + stage)),
            new StageClock(range.Stage, _firstReplica)))];
    }

    public FlatModel Storage { get; }

    public IWholeModel Whole => this;

    public BucketLayout Layout { get; }

    /// <summary>The stages of this process.</summary>
    public ImmutableArray<StageRunner> Runners { get; }

    /// <summary>Whether stages of this process take turns, so that there is no bubble to measure.</summary>
    public bool TakesTurns => _threads is null && Runners.Length > 1;

    /// <summary>Steps of training by the shape of their batch on this replica, [T, B], since this process started.</summary>
    public Dictionary<(int Steps, int Columns), long> Shapes { get; } = [];

    /// <summary>Seconds that the steps took, from the start of the first stage to the exchange of the norm.</summary>
    public double Seconds { get; private set; }

    /// <summary>Parameters of a stage.</summary>
    public long ParametersOf(StageRange range) => Layout.Slots.Where(slot => _stageOfSlot[slot.Index] == range.Stage).Sum(slot => (long)slot.Length);

    public int StepsPerEpoch => _plan.Steps;

    public int TargetsOf(int position) => (int)_batches[position].Targets / _replicas;

    public long TargetsOfAll(int position, int workers) => _batches[position].Targets;

    public void BeginEpoch(int epoch) => _batches = _plan.Shuffled(_options.Seed, epoch);

    public void ReportReady(Action<int> ready) =>
        throw new InvalidOperationException("A stage's gradients are complete only when its last unit is done.");

    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        RecordWhereAsked(worker);
        long start = Stopwatch.GetTimestamp();
        var all = _batches[position];
        var columns = all.Of(_firstReplica + worker);
        Storage.ZeroGradients();
        if (columns.Length > 0)
        {
            var batch = Batch(all, columns) with
            {
                Weight = (double)_replicas / all.Sentences.Length,
                DropoutKey = _options.Dropout > 0 ? randomKey : null,
            };
            foreach (var runner in Runners)
            {
                runner.Stage.Begin(batch);
            }

            Compute(OrderOf(batch), batch.Units);
            var shape = (batch.Steps, batch.Columns);
            Shapes[shape] = Shapes.GetValueOrDefault(shape) + 1;
        }

        // One exchange gives all stages of the replica its loss and its norm.
        double own = Storage.ClipNorm(0).Norm;
        Span<double> sums = [own * own, columns.Length > 0 ? Runners[^1].Stage.Nats : 0];
        _world.Replica.AllReduce(sums);
        double norm = Math.Sqrt(sums[0]);
        if (_options.ClipScope == ClipScope.Local)
        {
            Clip(norm);
        }

        Seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (sums[1] * _replicas / all.Targets, norm);
    }

    public void ResetState(int worker)
    {
    }

    // Without momentum an optimizer keeps nothing, and serves all.
    public void SeparateOptimizers()
    {
    }

    public void Apply(double learningRate, int worker = 0, Action<double>? step = null)
    {
        if (_options.ClipScope == ClipScope.Aggregated && _options.Clip > 0)
        {
            double own = Storage.ClipNorm(0).Norm;
            Span<double> squares = [own * own];
            _world.Replica.AllReduce(squares);
            Clip(Math.Sqrt(squares[0]));
        }

        (step ?? _optimizer.Step)(learningRate);
    }

    /// <summary>Sum of nats over this replica's batches, and their targets; 0 and 0 on all stages but the last.</summary>
    /// <param name="batches">Of all replicas, which take turns.</param>
    public (double Nats, long Targets) Evaluate(ImmutableArray<BucketBatch> batches)
    {
        foreach (var copy in _copies)
        {
            copy.Refresh();
        }

        double nats = 0;
        long targets = 0;
        int replica = _world.IsOneProcess ? 0 : _firstReplica, replicas = _world.IsOneProcess ? 1 : _replicas;
        for (int index = replica; index < batches.Length; index += replicas)
        {
            var batch = Batch(batches[index], batches[index].Sentences);
            foreach (var runner in Runners)
            {
                runner.Stage.Begin(batch);
            }

            Evaluate(batch.Units.Length);

            nats += Runners[^1].Stage.Nats;
            targets += batch.Targets;
        }

        foreach (var runner in Runners)
        {
            runner.Link.Drain(0);
            runner.Stage.Clear();
        }

        return Runners[^1].Stage.Range.IsLast ? (nats, targets) : (0, 0);
    }

    public void Walk(Action<ParameterSlot, ReadOnlySpan<float>> visit)
    {
        var own = new HashSet<string>(Storage.Layout.Slots.Select(slot => slot.Name), StringComparer.Ordinal);
        Storage.Walk((slot, values) => visit(Layout.Slots[slot.Index], values));
        var others = Layout.Slots.Where(slot => !own.Contains(slot.Name)).ToArray();
        float[] room = new float[others.Length == 0 ? 0 : others.Max(slot => slot.Length)];
        foreach (var slot in others)
        {
            var values = room.AsSpan(0, slot.Length);
            _world.Replica.Receive(MemoryMarshal.AsBytes(values), _stageOfSlot[slot.Index], ParameterTag);
            visit(slot, values);
        }
    }

    public void Send()
    {
        if (_world.Stage > 0 && _world.Peers.Rank == 0)
        {
            Storage.Walk((_, values) => _world.Replica.Send(MemoryMarshal.AsBytes(values), destination: 0, ParameterTag));
        }
    }

    public void Save(IStateWriter writer) => _optimizer.Save(writer);

    public void Load(IStateReader reader) => _optimizer.Load(reader);

    public void Dispose()
    {
        _threads?.Dispose();
        foreach (var runner in Runners)
        {
            runner.Stage.Dispose();
        }

        foreach (var copy in _copies)
        {
            copy.Dispose();
        }

        _optimizer.Dispose();
        Storage.Dispose();
        _module.Dispose();
    }

    private void RecordWhereAsked(int worker)
    {
        int step = _stepsHere - StepsBeforeTimeline;
        _stepsHere += worker == 0 ? 1 : 0;
        bool records = worker == 0 && step >= 0 && step < _options.TimelineSteps;
        if (records && step == 0)
        {
            // The moment that all clocks call 0, on one host or many.
            _world.World.Barrier();
            _recordingStart = Stopwatch.GetTimestamp();
        }

        foreach (var runner in Runners)
        {
            if (records)
            {
                runner.Clock.Record(step, _recordingStart);
            }
            else
            {
                runner.Clock.Stop();
            }
        }
    }

    private void Compute(StepOrder order, ImmutableArray<StageUnit> units)
    {
        if (_threads is not null)
        {
            foreach (var copy in _copies)
            {
                copy.Refresh();
            }

            _threads.Run(stage => Runners[stage].Train(order.OfStage[stage], units));
            foreach (var copy in _copies)
            {
                copy.Collect();
            }

            return;
        }

        if (!_world.IsOneProcess)
        {
            Runners[0].Train(order.OfStage[_world.Stage], units);
            return;
        }

        foreach (var moment in order.Together)
        {
            Runners[moment.Stage].Do(moment.Action, units[moment.Action.Unit].Positions);
        }
    }

    private void Evaluate(int units)
    {
        if (_threads is not null)
        {
            _threads.Run(stage =>
            {
                for (int unit = 0; unit < units; unit++)
                {
                    Runners[stage].Evaluate(unit);
                }
            });
            return;
        }

        for (int unit = 0; unit < units; unit++)
        {
            foreach (var runner in Runners)
            {
                runner.Evaluate(unit);
            }
        }
    }

    private StageBatch Batch(BucketBatch all, ImmutableArray<int> columns)
    {
        long[] input = new long[all.Steps * columns.Length], target = new long[input.Length];
        all.Fill(columns, input, target);
        return new StageBatch
        {
            Steps = all.Steps,
            Columns = columns.Length,
            Input = input,
            Target = target,
            Units = StageUnit.Cut(_options.Order, all.Steps, columns.Length, _options.TimeBlock, _options.MicroBatches),
        };
    }

    private StepOrder OrderOf(StageBatch batch)
    {
        if (!_orders.TryGetValue((batch.Steps, batch.Columns), out var order))
        {
            _orders[(batch.Steps, batch.Columns)] = order = StepOrder.Of(_options.Order, _world.Stages, batch.Units.Length);
        }

        return order;
    }

    // As clip_grad_norm_ does: the factor is maxNorm/(norm + 1e-6).
    private void Clip(double norm)
    {
        float factor = (float)_options.Clip / ((float)norm + 1e-6f);
        if (_options.Clip > 0 && factor < 1)
        {
            using var noGradient = no_grad();
            Storage.FlatGradients.mul_(factor);
        }
    }
}
