using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using Compression.Training.Data.Lm1b;
using Compression.Training.Recurrent;
using Compression.Training.RowSparse;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>One worker's text, state and rows. Axes: T time steps, B batch, N = T·B positions, S candidates.</summary>
internal sealed class Lm1bWorker : IDisposable
{
    private readonly Lm1bHyperparameters _hyper;
    private readonly DenseWeights _dense;
    private readonly SentenceBatches _text;
    private readonly SentenceBatch _batch;
    private readonly RowBatch[] _rows;
    private readonly LogUniformSampler _sampler;
    private readonly int[] _candidates;
    private readonly Tensor _inputs;
    private readonly Tensor _truth;
    private readonly Tensor _logCandidates;
    private readonly Tensor _logTruth;
    private readonly Tensor _weights;

    public Lm1bWorker(Lm1bHyperparameters hyper, DenseWeights dense, WordTables tables, SentenceBatches text, IRowExchange exchange)
    {
        (_hyper, _dense) = (hyper, dense);
        _text = text;
        Exchange = exchange;
        int positions = hyper.BatchSize * hyper.NumSteps;
        _batch = new SentenceBatch(hyper.NumSteps, hyper.BatchSize);
        _rows = [new RowBatch(tables.Embedding, positions), new RowBatch(tables.Softmax, hyper.NumSampled + positions)];
        _sampler = new LogUniformSampler(hyper.VocabSize);
        _candidates = new int[hyper.NumSampled];
        State = new RecurrentState(hyper.NumLayers, hyper.BatchSize, dense.Device, ("hidden", hyper.ProjectedSize), ("cell", hyper.StateSize));
        _inputs = zeros([hyper.NumSteps, hyper.BatchSize], ScalarType.Int64).DetachFromDisposeScope();
        _truth = zeros(positions, ScalarType.Int64).DetachFromDisposeScope();
        _logCandidates = zeros(hyper.NumSampled).DetachFromDisposeScope();
        _logTruth = zeros(positions).DetachFromDisposeScope();
        _weights = zeros(positions).DetachFromDisposeScope();
    }

    public IRowExchange Exchange { get; }

    public RecurrentState State { get; }

    /// <summary>Of the batch at hand, by table.</summary>
    public IReadOnlyList<RowBatch> Rows => _rows;

    /// <summary>Forward and backward pass of the next batch; leaves the dense gradient, clipped, and those of the rows in <see cref="Rows"/>.</summary>
    /// <param name="randomKey">Of candidates and dropout.</param>
    /// <param name="team">Threads.</param>
    /// <param name="pull">Fetches the values of <see cref="Rows"/>.</param>
    /// <returns>The mean of weight · nats over all positions, and the dense gradient's 2-norm before clipping; not finite if any gradient is not.</returns>
    public (double Loss, double GradientNorm) ForwardBackward(ulong randomKey, ThreadTeam team, Action pull)
    {
        using var scope = NewDisposeScope();
        Begin(RandomKey.Mix(randomKey, 0, 0, -1, RandomPurpose.Candidates));
        pull();
        manual_seed((long)(randomKey >> 1));
        _dense.Lstm.train();
        _dense.Storage.ZeroGradients();
        var loss = Loss();

        // As published: the loss is differentiated as a sum over the time steps, and word vectors' gradients also as a sum over the batch.
        BackwardPass.Run(loss * _hyper.NumSteps);
        _rows[0].TakeGradient(_hyper.BatchSize);
        _rows[1].TakeGradient(1);
        double ofRows = _rows.Sum(batch => SumOfSquares.Invoke(team, batch.Gradients));
        double norm = _dense.Storage.ClipNorm(_hyper.MaxGradNorm).Norm;
        return (DeviceTransfer.Read(loss), double.IsFinite(ofRows) ? norm : double.NaN);
    }

    public void Save(IStateWriter writer, string prefix)
    {
        _text.Save(writer, $"{prefix}text/");
        State.Save(writer, prefix);
        Exchange.Save(new PrefixedState($"{prefix}rows/", writer));
    }

    public void Load(IStateReader reader, string prefix)
    {
        _text.Load(reader, $"{prefix}text/");
        State.Load(reader, prefix);
        Exchange.Load(new PrefixedState($"{prefix}rows/", reader: reader));
    }

    public void Dispose()
    {
        _text.Dispose();
        State.Dispose();
        foreach (var rows in _rows)
        {
            rows.Dispose();
        }

        foreach (var tensor in (Tensor[])[_inputs, _truth, _logCandidates, _logTruth, _weights])
        {
            tensor.Dispose();
        }
    }

    // Takes the next batch, and draws what its targets compete with.
    private void Begin(ulong key)
    {
        _text.Next(_batch);
        _rows[0].Clear();
        _rows[1].Clear();
        long tries = _sampler.Sample(_candidates, key);
        Array.Sort(_candidates);
        var logCandidates = MemoryMarshal.Cast<byte, float>(_logCandidates.bytes);
        for (int i = 0; i < _candidates.Length; i++)
        {
            // The candidates are the first rows.
            _rows[1].Add(_candidates[i]);
            logCandidates[i] = (float)_sampler.LogExpected(_candidates[i], tries);
        }

        var inputs = MemoryMarshal.Cast<byte, long>(_inputs.bytes);
        var truth = MemoryMarshal.Cast<byte, long>(_truth.bytes);
        var logTruth = MemoryMarshal.Cast<byte, float>(_logTruth.bytes);
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = _rows[0].Add(_batch.Input[i]);
            truth[i] = _rows[1].Add(_batch.Target[i]);
            logTruth[i] = (float)_sampler.LogExpected(_batch.Target[i], tries);
        }

        _batch.Weight.CopyTo(MemoryMarshal.Cast<byte, float>(_weights.bytes));
        _rows[0].Seal();
        _rows[1].Seal();
    }

    private Tensor Loss()
    {
        Tensor There(Tensor tensor) => DeviceTransfer.To(tensor, _dense.Device);
        _rows[0].MakeLeaf(_dense.Device);
        _rows[1].MakeLeaf(_dense.Device);
        var hidden_NP = _dense.Lstm.Hidden(FusedEmbedding.Rows(_rows[0].Leaf, There(_inputs)), State);
        return FusedSampledSoftmax.Mean(hidden_NP, _rows[1].Leaf, There(_truth), There(_logCandidates), There(_logTruth), There(_weights));
    }
}
