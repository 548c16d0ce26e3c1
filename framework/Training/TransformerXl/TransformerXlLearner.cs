using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Training.Data;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl.Layers;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl;

/// <summary>Transformer-XL with its optimizer and schedule, and for each worker of this process a share of the text and a memory.</summary>
public sealed class TransformerXlLearner : ColumnLearner<TransformerXlModel>
{
    private readonly TransformerXlOptions _options;
    private readonly Device _device;
    private readonly TransformerXlSchedule _schedule;
    private readonly OrderedSegments _firstSegments;
    private readonly int _totalWorkers;
    private readonly ThreadTeam _team;
    private long _steps;

    /// <param name="options">Sizes, dropout and optimizer.</param>
    /// <param name="corpus">Vocabulary and training text.</param>
    /// <param name="group">The workers of this process.</param>
    /// <param name="microBatches">Parts into which each worker's batch is split to see second moments; 0 for none.</param>
    /// <param name="team">Threads of kernels.</param>
    /// <param name="schedule">The learning rate, whose state is saved with the model's.</param>
    /// <param name="device">Where it computes; null for the CPU.</param>
    public TransformerXlLearner(
        TransformerXlOptions options, Corpus corpus, WorkerGroup group, int microBatches, ThreadTeam team, TransformerXlSchedule schedule,
        Device? device = null)
        : base(
            Create(options, corpus, device ?? CPU), new ClipRule(options.Clip, options.ClipScope), microBatches, team,
            options.Fp16 ? new LossScaler(options.LossScale) : null, PrecisionOf(options, device ?? CPU) is { RoundsOnly: true } precision ? precision.Type : null)
    {
        _options = options;
        _schedule = schedule;
        _totalWorkers = group.Total;
        _device = device ?? CPU;
        Shape = options.ShapeFor(corpus.Vocabulary.Count);
        _team = team;
        UseOptimizers(1);
        int parts = microBatches > 0 ? microBatches : options.BatchChunk;
        OrderedSegments[] segments = [.. Enumerable.Range(group.First, group.Count).Select(worker => SegmentsOf(options, corpus, worker, group.Total))];
        _firstSegments = segments[0];
        Workers = [.. segments.Select(mine => ColumnsOf(mine, parts))];
    }

    /// <summary>Sizes.</summary>
    public TransformerXlShape Shape { get; }

    public override int StepsPerEpoch => _firstSegments.Count;

    /// <summary>Updates made; steps that were skipped do not count.</summary>
    public long Updates => _steps;

    /// <summary>Targets of all workers in an epoch.</summary>
    public double TokensPerEpoch => (double)_firstSegments.Targets * _totalWorkers;

    protected override ImmutableArray<ImmutableArray<IColumns>> Workers { get; }

    /// <summary>Targets of all workers after some steps in a row from the start.</summary>
    public double TokensAfter(long steps) =>
        ((double)(steps / StepsPerEpoch) * TokensPerEpoch)
        + ((double)_firstSegments.LengthBefore((int)(steps % StepsPerEpoch)) * _options.BatchSize * _totalWorkers);

    public override int TargetsOf(int position) => _firstSegments.LengthOf(position) * _options.BatchSize;

    public override void Apply(double learningRate, int worker = 0, Action<double>? step = null)
    {
        base.Apply(learningRate, worker, step);
        _steps += worker == 0 ? 1 : 0;
    }

    /// <summary>Sum of nats over a rank's columns of a split, and their number, dropout off.</summary>
    /// <param name="segments">Columns of the split.</param>
    public (double Nats, long Targets) Evaluate(OrderedSegments segments)
    {
        if (segments.Columns == 0)
        {
            return (0, 0);
        }

        using var noGradient = no_grad();
        using var memory = Module.NewMemory(_options.EvalMemLen, _options.EvalExtLen);
        Module.eval();
        double nats = 0;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            using var scope = NewDisposeScope();
            var (input_TB, target_N) = Tensors(segments, segment);
            nats += DeviceTransfer.Read(Module.Loss(input_TB, target_N, memory).Each_N.to(ScalarType.Float64).sum());
        }

        return (nats, segments.Targets);
    }

    public override void Save(IStateWriter writer)
    {
        base.Save(writer);
        _schedule.Save(writer);
        writer.Write("updates", [_steps]);
    }

    public override void Load(IStateReader reader)
    {
        base.Load(reader);
        _schedule.Load(reader);
        long[] updates = new long[1];
        reader.Read("updates", updates);
        _steps = updates[0];
    }

    protected override IFlatOptimizer CreateOptimizer() => _options.Optim switch
    {
        "adam" or "adamw" => new FlatAdam(Storage, _team, _options.AdamSettings),
        "adagrad" => new FlatAdagrad(Storage, _team, _options.Wd),
        "lamb" => new FlatLamb(Storage, _team, _options.Wd, _options.LambVersion),
        _ => FlatSgd.Create(Storage, _options.Mom, _options.Wd, _options.Update),
    };

    /// <summary>A worker's segments of the training text.</summary>
    internal static OrderedSegments SegmentsOf(TransformerXlOptions options, Corpus corpus, int worker, int workers) => OrderedSegments.ForTraining(
        corpus.Train, worker, workers, options.BatchSize, options.TgtLen, options.ExtLen,
        options.Varlen ? RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Segments) : null);

    private static ReducedPrecision? PrecisionOf(TransformerXlOptions options, Device device) => options.Fp16 ? ReducedPrecision.For(device) : null;

    private static TransformerXlModel Create(TransformerXlOptions options, Corpus corpus, Device device)
    {
        manual_seed((long)RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization));
        return DeviceModule.Create(
            () => new TransformerXlModel(options.ShapeFor(corpus.Vocabulary.Count), PrecisionOf(options, device)),
            new WeightInitialization(options.Init == "uniform", options.InitRange, options.InitStd, options.ProjInitStd).Apply, device);
    }

    private ImmutableArray<IColumns> ColumnsOf(OrderedSegments segments, int parts) =>
        [.. Enumerable.Range(0, parts).Select(part => segments.Part(part, parts)).Select(part => new Columns(
            Module, part, (double)part.Columns / segments.Columns, Module.NewMemory(_options.MemLen, _options.ExtLen), _device))];

    // On the host, where words are dealt to the clusters of the vocabulary.
    private static (Tensor Input_TB, Tensor Target_N) Tensors(OrderedSegments segments, int segment)
    {
        var (input, target) = segments.Read(segment);
        return (tensor(input, [input.Length / segments.Columns, segments.Columns]), tensor(target));
    }

    private sealed class Columns(TransformerXlModel module, OrderedSegments segments, double share, SegmentMemory memory, Device device) : IColumns
    {
        public double Share { get; } = share;

        public double Backward(int position, double factor)
        {
            var (input_TB, target_N) = Tensors(segments, position);
            var mean = module.Loss(input_TB, target_N, memory).Mean;
            BackwardPass.Run(factor == 1 ? mean : mean * factor);
            return DeviceTransfer.Read(mean);
        }

        public void Reset() => memory.Clear();

        public void Save(IStateWriter writer, string prefix) => memory.Save(writer, prefix);

        public void Load(IStateReader reader, string prefix) => memory.Load(reader, prefix, device);

        public void Dispose() => memory.Dispose();
    }
}
