using Compression.Core.Kernels;
using Compression.Core.Pipeline;
using Compression.Torch;
using Compression.Training.Data;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using Compression.Training.Sessions;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>
/// The PTB language model with its optimizer, and for each worker of this process a share of the text and a hidden state. Workers
/// share the parameters, which are equal on all of them by construction.
/// </summary>
public sealed class PtbModel : ITrainableModel
{
    private readonly PtbOptions _options;
    private readonly LstmLanguageModel _module;
    private readonly FlatSgd _optimizer;
    private readonly Device _device;
    private readonly Worker[] _workers;
    private readonly MicroBatchGradients? _microBatches;
    private GradientReady? _gradientReady;

    /// <param name="options">Sizes, dropout and optimizer.</param>
    /// <param name="corpus">Vocabulary and training text.</param>
    /// <param name="firstWorker">Number of this process's first worker.</param>
    /// <param name="workersHere">Workers of this process.</param>
    /// <param name="workers">Workers in all.</param>
    /// <param name="microBatches">Parts into which each worker's batch is split to see second moments; 0 for none.</param>
    /// <param name="team">Threads of kernels.</param>
    public PtbModel(PtbOptions options, Corpus corpus, int firstWorker, int workersHere, int workers, int microBatches, KernelTeam team)
    {
        _options = options;
        _device = options.UseGpu ? device(DeviceType.CUDA, firstWorker % cuda.device_count()) : CPU;
        manual_seed((long)RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization));
        _module = new LstmLanguageModel(options.ModelFor(corpus.Vocabulary.Count));
        _module.Initialize(options.InitRange);
        if (options.UseGpu)
        {
            _module.to(_device);
        }

        Storage = new FlatModel(_module, withSquares: microBatches > 0);
        _microBatches = microBatches > 0 ? new MicroBatchGradients(team, Storage.Bucket) : null;
        _optimizer = new FlatSgd(Storage, options.Momentum, options.WeightDecay);
        _workers = [.. Enumerable.Range(firstWorker, workersHere).Select(worker => new Worker(
            ColumnBatches.ForTraining(corpus.Train, worker, workers, options.BatchSize, options.Bptt), Math.Max(1, microBatches), options, _device))];
    }

    /// <inheritdoc/>
    public FlatModel Storage { get; }

    /// <inheritdoc/>
    public int StepsPerEpoch => _workers[0].Batches.Steps;

    /// <inheritdoc/>
    public int TargetsOf(int position) => _workers[0].Batches.TimeSteps(position) * _options.BatchSize;

    /// <inheritdoc/>
    public void ReportReady(Action<int> ready) => _gradientReady = Storage.WhenReady(ready);

    /// <inheritdoc/>
    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        using var scope = NewDisposeScope();
        var mine = _workers[worker];
        if (position == 0)
        {
            mine.Reset();
        }

        // Dropout depends on the key alone, so that a resumed run and virtual workers draw the same masks.
        manual_seed((long)(randomKey >> 1));
        _module.train();
        _microBatches?.Begin();
        double loss = 0;
        foreach (var part in mine.Parts)
        {
            Storage.ZeroGradients();
            var (input_TB, target_N) = part.Batch.Fill(position);
            var mean = _module.Loss(input_TB, target_N, part.State);
            mean.backward();
            loss += part.Share * mean.item<float>();
            if (_microBatches is not null)
            {
                Storage.DownloadGradients();
                _microBatches.Add((float)part.Share);
            }
        }

        if (_microBatches is not null)
        {
            _microBatches.End();
            Storage.UploadGradients();
        }

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
    public void ForgetState(int worker) => _workers[worker].Reset();

    /// <inheritdoc/>
    public void Apply(double learningRate)
    {
        Storage.UploadGradients();
        if (_options.ClipScope == ClipScope.Aggregated)
        {
            Storage.ClipNorm(_options.Clip);
        }

        _optimizer.Step(learningRate);
    }

    /// <summary>Sum of nats over this rank's columns of a split, and their number, dropout off.</summary>
    /// <param name="batches">Columns of the split.</param>
    public (double Nats, long Targets) Evaluate(ColumnBatches batches)
    {
        if (batches.Columns == 0)
        {
            return (0, 0);
        }

        using var noGradient = no_grad();
        using var state = new LstmState(_options.NumLayers, batches.Columns, _options.NumHid, _device);
        using var batch = new TokenBatch(batches, _device);
        _module.eval();
        double nats = 0;
        for (int step = 0; step < batches.Steps; step++)
        {
            using var scope = NewDisposeScope();
            var (input_TB, target_N) = batch.Fill(step);
            nats += _module.SumOfNats(input_TB, target_N, state);
        }

        return (nats, batches.Targets);
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        _optimizer.Save(writer);
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Save(writer, $"worker-{worker}/");
        }
    }

    /// <inheritdoc/>
    public void Load(IStateReader reader)
    {
        _optimizer.Load(reader);
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].Load(reader, $"worker-{worker}/");
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

    // A worker's share of the text, in as many parts as it has micro-batches.
    private sealed class Worker(ColumnBatches batches, int parts, PtbOptions options, Device device) : IDisposable
    {
        public ColumnBatches Batches { get; } = batches;

        public Part[] Parts { get; } = [.. Enumerable.Range(0, parts).Select(part => new Part(
            batches.Part(part, parts), (double)batches.Part(part, parts).Columns / batches.Columns, options, device))];

        public void Reset()
        {
            foreach (var part in Parts)
            {
                part.State.Reset();
            }
        }

        public void Save(IStateWriter writer, string prefix)
        {
            for (int part = 0; part < Parts.Length; part++)
            {
                Parts[part].State.Save(writer, $"{prefix}part-{part}/");
            }
        }

        public void Load(IStateReader reader, string prefix)
        {
            for (int part = 0; part < Parts.Length; part++)
            {
                Parts[part].State.Load(reader, $"{prefix}part-{part}/");
            }
        }

        public void Dispose()
        {
            foreach (var part in Parts)
            {
                part.Dispose();
            }
        }
    }

    // Some columns of a worker's batch, with the state that they carry on.
    private sealed class Part(ColumnBatches batches, double share, PtbOptions options, Device device) : IDisposable
    {
        public double Share { get; } = share;

        public TokenBatch Batch { get; } = new(batches, device);

        public LstmState State { get; } = new(options.NumLayers, batches.Columns, options.NumHid, device);

        public void Dispose()
        {
            Batch.Dispose();
            State.Dispose();
        }
    }
}
