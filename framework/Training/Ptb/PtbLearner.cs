using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Training.Data;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>The PTB language model with its optimizer, and for each worker of this process a share of the text and a hidden state.</summary>
public sealed class PtbLearner : ColumnLearner<LanguageModel>
{
    private readonly PtbOptions _options;
    private readonly Device _device;
    private readonly ThreadTeam _team;
    private readonly ColumnBatches _firstBatches;

    /// <param name="options">Sizes, dropout and optimizer.</param>
    /// <param name="corpus">Vocabulary and training text.</param>
    /// <param name="firstWorker">Number of this process's first worker.</param>
    /// <param name="workersHere">Workers of this process.</param>
    /// <param name="workers">Workers in all.</param>
    /// <param name="microBatches">Parts into which each worker's batch is split to see second moments; 0 for none.</param>
    /// <param name="team">Threads of kernels.</param>
    /// <param name="device">Where it computes; null for the CPU.</param>
    public PtbLearner(
        PtbOptions options, Corpus corpus, int firstWorker, int workersHere, int workers, int microBatches, ThreadTeam team, Device? device = null)
        : base(Create(options, corpus, device ?? CPU), new ClipRule(options.Clip, options.ClipScope), microBatches, team)
    {
        _options = options;
        _device = device ?? CPU;
        _team = team;
        UseOptimizers(1);
        ColumnBatches BatchesOf(int worker) => ColumnBatches.ForTraining(corpus.Train, worker, workers, options.BatchSize, options.Bptt);
        _firstBatches = BatchesOf(firstWorker);
        Workers = [.. Enumerable.Range(firstWorker, workersHere).Select(worker => Columns.Of(
            Module, BatchesOf(worker), Math.Max(1, microBatches), _device))];
    }

    public override int StepsPerEpoch => _firstBatches.Steps;

    protected override ImmutableArray<ImmutableArray<IColumns>> Workers { get; }

    public override int TargetsOf(int position) => _firstBatches.TimeSteps(position) * _options.BatchSize;

    /// <summary>Sum of nats over this rank's columns of a split, and their number, dropout off.</summary>
    /// <param name="batches">Columns of the split.</param>
    public (double Nats, long Targets) Evaluate(ColumnBatches batches)
    {
        if (batches.Columns == 0)
        {
            return (0, 0);
        }

        using var noGradient = no_grad();
        using var state = Module.Begin(batches.Columns, _device);
        using var batch = new TokenBatch(batches, _device);
        Module.eval();
        double nats = 0;
        for (int step = 0; step < batches.Steps; step++)
        {
            using var scope = NewDisposeScope();
            var (input_TB, target_N) = batch.Fill(step);
            nats += Module.SumOfNats(input_TB, target_N, state);
        }

        return (nats, batches.Targets);
    }

    protected override IFlatOptimizer CreateOptimizer() => _options.Optim == "sgd"
        ? FlatSgd.Create(Storage, _options.Momentum, _options.WeightDecay, _options.Update)
        : new FlatAdam(Storage, _team, _options.AdamSettings);

    private static LanguageModel Create(PtbOptions options, Corpus corpus, Device device)
    {
        manual_seed((long)RandomKey.Mix((ulong)options.Seed, 0, 0, -1, RandomPurpose.Initialization));
        return DeviceModule.Create(() => new LanguageModel(options.ModelFor(corpus.Vocabulary.Count)), module => module.Initialize(options.InitRange), device);
    }

    private sealed class Columns(LanguageModel module, ColumnBatches batches, double share, Device device) : IColumns
    {
        private readonly TokenBatch _batch = new(batches, device);
        private readonly RecurrentState _state = module.Begin(batches.Columns, device);

        public double Share { get; } = share;

        public static ImmutableArray<IColumns> Of(LanguageModel module, ColumnBatches batches, int parts, Device device) =>
            [.. Enumerable.Range(0, parts).Select(part => batches.Part(part, parts)).Select(
                part => new Columns(module, part, (double)part.Columns / batches.Columns, device))];

        public double Backward(int position, double factor)
        {
            var (input_TB, target_N) = _batch.Fill(position);
            var mean = module.Loss(input_TB, target_N, _state);
            BackwardPass.Run(factor == 1 ? mean : mean * factor);
            return DeviceTransfer.Read(mean);
        }

        public void Reset() => _state.Reset();

        public void Save(IStateWriter writer, string prefix) => _state.Save(writer, prefix);

        public void Load(IStateReader reader, string prefix) => _state.Load(reader, prefix);

        public void Dispose()
        {
            _batch.Dispose();
            _state.Dispose();
        }
    }
}
