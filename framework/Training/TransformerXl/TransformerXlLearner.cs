using Compression.Core.Kernels;
using Compression.Core.Pipeline;
using Compression.Torch;
using Compression.Training.Data;
using Compression.Training.Models;
using Compression.Training.Models.TransformerXl;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl;

/// <summary>
/// Transformer-XL with its optimizer and schedule, and for each worker of this process a share of the text and a memory. Workers share the
/// parameters, which are equal on all of them by construction.
/// </summary>
public sealed class TransformerXlLearner : ITrainableModel
{
    private readonly TransformerXlOptions _options;
    private readonly TransformerXlModel _module;
    private readonly IFlatOptimizer _optimizer;
    private readonly Device _device;
    private readonly TokenSchedule _schedule;
    private readonly Worker[] _workers;
    private readonly MicroBatchGradients? _microBatches;
    private readonly int _totalWorkers;
    private GradientReady? _gradientReady;
    private long _steps;

    /// <param name="options">Sizes, dropout and optimizer.</param>
    /// <param name="corpus">Vocabulary and training text.</param>
    /// <param name="group">The workers of this process.</param>
    /// <param name="microBatches">Parts into which each worker's batch is split to see second moments; 0 for none.</param>
    /// <param name="team">Threads of kernels.</param>
    /// <param name="schedule">The learning rate, whose state is saved with the model's.</param>
    public TransformerXlLearner(
        TransformerXlOptions options, Corpus corpus, WorkerGroup group, int microBatches, KernelTeam team, TokenSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(group);
        _options = options;
        _schedule = schedule;
        _totalWorkers = group.Total;
        _device = options.UseGpu ? device(DeviceType.CUDA, group.First % cuda.device_count()) : CPU;
        manual_seed((long)RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization));
        Shape = options.ShapeFor(corpus.Vocabulary.Count);
        _module = new TransformerXlModel(Shape);
        new WeightInitialization(options.Init == "uniform", options.InitRange, options.InitStd, options.ProjInitStd).Apply(_module);
        if (options.UseGpu)
        {
            _module.to(_device);
        }

        Storage = new FlatModel(_module, withSquares: microBatches > 0);
        _microBatches = microBatches > 0 ? new MicroBatchGradients(team, Storage.Bucket) : null;
        _optimizer = options.Optim switch
        {
            "adam" => new FlatAdam(Storage, team, options.Wd),
            "adagrad" => new FlatAdagrad(Storage, team, options.Wd),
            "lamb" => new FlatLamb(Storage, team, options.Wd, options.LambVersion),
            _ => new FlatSgd(Storage, options.Mom, options.Wd),
        };
        int parts = microBatches > 0 ? microBatches : options.BatchChunk;
        _workers = [.. Enumerable.Range(group.First, group.Count).Select(worker =>
            new Worker(SegmentsOf(options, corpus, worker, group.Total), parts, _module, options))];
    }

    /// <summary>Sizes.</summary>
    public TransformerXlShape Shape { get; }

    /// <inheritdoc/>
    public FlatModel Storage { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch => _workers[0].Segments.Count;

    /// <summary>Updates made; steps that were skipped do not count.</summary>
    public long Updates => _steps;

    /// <summary>Targets of all workers in an epoch.</summary>
    public double TokensPerEpoch => (double)_workers[0].Segments.Targets * _totalWorkers;

    /// <summary>Targets of all workers after some steps in a row from the start.</summary>
    public double TokensAfter(long steps) =>
        ((double)(steps / StepsPerEpoch) * TokensPerEpoch)
        + ((double)_workers[0].Segments.LengthBefore((int)(steps % StepsPerEpoch)) * _options.BatchSize * _totalWorkers);

    /// <inheritdoc/>
    public int TargetsOf(int position) => _workers[0].Segments.LengthOf(position) * _options.BatchSize;

    /// <inheritdoc/>
    public void ReportReady(Action<int> ready) => _gradientReady = Storage.WhenReady(ready);

    /// <inheritdoc/>
    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        using var scope = NewDisposeScope();
        var mine = _workers[worker];
        if (position == 0)
        {
            mine.Forget();
        }

        // Dropout depends on the key alone, so that a resumed run and virtual workers draw the same masks.
        manual_seed((long)(randomKey >> 1));
        _module.train();
        double loss = _microBatches is null ? PassWhole(mine, position) : PassMicroBatches(mine, position);
        if (_gradientReady is not null)
        {
            // The exchange is under way: what lies in the bucket is no longer this worker's.
            _gradientReady.AfterBackward();
            return (loss, 0);
        }

        var (norm, factor) = Storage.ClipNorm(_options.ClipScope == ClipScope.Local ? _options.Clip : 0);
        _microBatches?.ScaleSquares(factor);
        Storage.DownloadGradients();
        return (loss, norm);
    }

    /// <inheritdoc/>
    public void ForgetState(int worker) => _workers[worker].Forget();

    /// <inheritdoc/>
    public void Apply(double learningRate)
    {
        if (_options.ClipScope == ClipScope.Aggregated)
        {
            Storage.UploadGradients();
            Storage.ClipNorm(_options.Clip);
            Storage.DownloadGradients();
        }

        if (_optimizer is FlatSgd)
        {
            Storage.UploadGradients();
        }

        _optimizer.Step(learningRate);
        _steps++;
    }

    /// <summary>Sum of nats over a rank's columns of a split, and their number, dropout off.</summary>
    /// <param name="segments">Columns of the split.</param>
    public (double Nats, long Targets) Evaluate(OrderedSegments segments)
    {
        ArgumentNullException.ThrowIfNull(segments);
        if (segments.Columns == 0)
        {
            return (0, 0);
        }

        using var noGradient = no_grad();
        using var memory = _module.NewMemory(_options.EvalMemLen, _options.EvalExtLen);
        _module.eval();
        double nats = 0;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            using var scope = NewDisposeScope();
            var (input_TB, target_N) = Tensors(segments, segment);
            nats += _module.Loss(input_TB, target_N, memory).Each_N.to(ScalarType.Float64).sum().item<double>();
        }

        return (nats, segments.Targets);
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        _optimizer.Save(writer);
        _schedule.Save(writer);
        writer.Write("updates", [_steps >> 20, _steps & ((1 << 20) - 1)]);
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Save(writer, $"worker-{worker}/");
        }
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
        _optimizer.Load(reader);
        _schedule.Load(reader);
        float[] updates = new float[2];
        reader.Read("updates", updates);
        _steps = ((long)updates[0] << 20) + (long)updates[1];
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Load(reader, $"worker-{worker}/", _device);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        _gradientReady?.Dispose();
        _optimizer.Dispose();
        Storage.Dispose();
        _module.Dispose();
    }

    /// <summary>A worker's segments of the training text.</summary>
    internal static OrderedSegments SegmentsOf(TransformerXlOptions options, Corpus corpus, int worker, int workers) => OrderedSegments.ForTraining(
        corpus.Train, worker, workers, options.BatchSize, options.TgtLen, options.ExtLen,
        options.Varlen ? RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Segments) : null);

    // Chunks add their gradients up in place; each counts by its share of the columns.
    private double PassWhole(Worker mine, int position)
    {
        Storage.ZeroGradients();
        double loss = 0;
        foreach (var part in mine.Parts)
        {
            using var scope = NewDisposeScope();
            loss += part.Share * Pass(part, position, part.Share);
        }

        return loss;
    }

    private double PassMicroBatches(Worker mine, int position)
    {
        _microBatches!.Begin();
        double loss = 0;
        foreach (var part in mine.Parts)
        {
            using var scope = NewDisposeScope();
            Storage.ZeroGradients();
            loss += part.Share * Pass(part, position, 1);
            Storage.DownloadGradients();
            _microBatches.Add((float)part.Share);
        }

        _microBatches.End();
        Storage.UploadGradients();
        return loss;
    }

    private double Pass(Part part, int position, double factor)
    {
        var (input_TB, target_N) = Tensors(part.Segments, position);
        var mean = _module.Loss(input_TB, target_N, part.Memory).Mean;
        (factor == 1 ? mean : mean * factor).backward();
        return mean.item<float>();
    }

    private (Tensor Input_TB, Tensor Target_N) Tensors(OrderedSegments segments, int segment)
    {
        var (input, target) = segments.Read(segment);
        return (tensor(input, [input.Length / segments.Columns, segments.Columns]).to(_device), tensor(target).to(_device));
    }

    // A worker's share of the text, in as many parts as its batch is computed in.
    private sealed class Worker(OrderedSegments segments, int parts, TransformerXlModel module, TransformerXlOptions options) : IDisposable
    {
        public OrderedSegments Segments { get; } = segments;

        public Part[] Parts { get; } = [.. Enumerable.Range(0, parts).Select(part => new Part(
            segments.Part(part, parts), (double)segments.Part(part, parts).Columns / segments.Columns, module.NewMemory(options.MemLen, options.ExtLen)))];

        public void Forget() => Array.ForEach(Parts, static part => part.Memory.Clear());

        public void Save(IStateWriter writer, string prefix)
        {
            for (int part = 0; part < Parts.Length; part++)
            {
                Parts[part].Memory.Save(writer, $"{prefix}part-{part}/");
            }
        }

        public void Load(IStateReader reader, string prefix, Device device)
        {
            for (int part = 0; part < Parts.Length; part++)
            {
                Parts[part].Memory.Load(reader, $"{prefix}part-{part}/", device);
            }
        }

        public void Dispose() => Array.ForEach(Parts, static part => part.Memory.Dispose());
    }

    // Some columns of a worker's batch, with the memory that they carry on.
    private sealed record Part(OrderedSegments Segments, double Share, SegmentMemory Memory);
}
