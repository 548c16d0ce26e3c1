using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Pipeline;
using Compression.Training.Data;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>
/// The PTB language model with its optimizer, and for each worker of this process a share of the text and a hidden state. Workers
/// share the parameters, which are equal on all of them by construction.
/// </summary>
public sealed class PtbModel : ITrainableModel, IDisposable
{
    private readonly PtbOptions _options;
    private readonly LstmLanguageModel _module;
    private readonly FlatSgd _optimizer;
    private readonly Device _device;
    private readonly Worker[] _workers;

    /// <param name="options">Sizes, dropout and optimizer.</param>
    /// <param name="corpus">Vocabulary and training text.</param>
    /// <param name="firstWorker">Number of this process's first worker.</param>
    /// <param name="workersHere">Workers of this process.</param>
    /// <param name="workers">Workers in all.</param>
    public PtbModel(PtbOptions options, Corpus corpus, int firstWorker, int workersHere, int workers)
    {
        _options = options;
        _device = options.UseGpu ? device(DeviceType.CUDA, firstWorker % cuda.device_count()) : CPU;
        manual_seed((long)RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization));
        _module = new LstmLanguageModel(new LstmModelOptions(
            corpus.Vocabulary.Count, options.EmbSize, options.NumHid, options.NumLayers, options.Dropout, options.Tied));
        _module.Initialize(options.InitRange);
        if (options.UseGpu)
        {
            _module.to(_device);
        }

        Storage = new FlatModel(_module);
        _optimizer = new FlatSgd(Storage, options.Momentum, options.WeightDecay);
        _workers = [.. Enumerable.Range(firstWorker, workersHere).Select(worker => new Worker(
            ColumnBatches.ForTraining(corpus.Train, worker, workers, options.BatchSize, options.Bptt), options, _device))];
    }

    /// <summary>Parameters and gradients.</summary>
    public FlatModel Storage { get; }

    /// <inheritdoc/>
    public GradientBucket Gradients => Storage.Bucket;

    /// <summary>Steps an epoch; the same for all workers.</summary>
    public int StepsPerEpoch => _workers[0].Batches.Steps;

    /// <summary>Targets of one worker's batch.</summary>
    public int TargetsOf(int position) => _workers[0].Batches.TimeSteps(position) * _options.BatchSize;

    /// <inheritdoc/>
    public (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey)
    {
        using var scope = NewDisposeScope();
        var mine = _workers[worker];
        if (position == 0)
        {
            mine.State.Reset();
        }

        // Dropout depends on the key alone, so that a resumed run and virtual workers draw the same masks.
        manual_seed((long)(randomKey >> 1));
        _module.train();
        Storage.ZeroGradients();
        var (input_TB, target_N) = mine.Batch.Fill(position);
        var loss = _module.Loss(input_TB, target_N, mine.State);
        loss.backward();
        double norm = Storage.ClipNorm(_options.ClipScope == ClipScope.Local ? _options.Clip : 0);
        Storage.DownloadGradients();
        return (loss.item<float>(), norm);
    }

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

    /// <summary>Copies rank 0's parameters to all, so that ranks on different machines start from the same bits.</summary>
    public void Synchronize(ICommunicator communicator)
    {
        if (communicator.WorldSize > 1)
        {
            Storage.ChangeParameters(parameters => communicator.Broadcast(System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameters), root: 0));
        }
    }

    /// <summary>Writes hidden states and momentum.</summary>
    public void Save(IStateWriter writer)
    {
        _optimizer.Save(writer);
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].State.Save(writer, $"worker-{worker}/");
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        _optimizer.Load(reader);
        for (int worker = 0; worker < _workers.Length; worker++)
        {
            _workers[worker].State.Load(reader, $"worker-{worker}/");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        _optimizer.Dispose();
        Storage.Dispose();
        _module.Dispose();
    }

    private sealed class Worker(ColumnBatches batches, PtbOptions options, Device device) : IDisposable
    {
        public ColumnBatches Batches { get; } = batches;

        public TokenBatch Batch { get; } = new(batches, device);

        public LstmState State { get; } = new(options.NumLayers, options.BatchSize, options.NumHid, device);

        public void Dispose()
        {
            Batch.Dispose();
            State.Dispose();
        }
    }
}
