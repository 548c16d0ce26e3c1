using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using Compression.Training.Data.Lm1b;
using Compression.Training.Recurrent;
using Compression.Training.RowSparse;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>
/// The loss over the whole vocabulary. All processes read the same batches; each adds up the softmax's denominator over the words that it
/// holds (over its share of them where all hold all), some thousand words at a time, and the parts are put together: no word's weights travel.
/// </summary>
internal sealed class FullSoftmax : IDisposable
{
    private readonly Lm1bHyperparameters _hyper;
    private readonly WordTables _tables;
    private readonly DenseWeights _dense;
    private readonly ICommunicator _peers;
    private readonly RowBatch _inputs;
    private readonly RowBatch _targets;
    private readonly RemoteRows? _remote;
    private readonly GatheredPayloads _parts = new();

    public FullSoftmax(Lm1bHyperparameters hyper, WordTables tables, DenseWeights dense, ICommunicator peers, int firstOwner = 0)
    {
        (_hyper, _tables, _dense, _peers) = (hyper, tables, dense, peers);
        int positions = hyper.BatchSize * hyper.NumSteps;
        _inputs = new RowBatch(tables.Embedding, positions);
        _targets = new RowBatch(tables.Softmax, positions);
        bool isWhole = tables.Softmax.Held.Count() == tables.Softmax.Partition.Shards;
        _remote = Agree(isWhole) ? null : new RemoteRows(tables.All, firstOwner);
    }

    public (double Nats, long Targets) Evaluate(SentenceBatches batches, int most)
    {
        using var noGradient = no_grad();
        using var state = new RecurrentState(_hyper.NumLayers, _hyper.BatchSize, _dense.Device, ("hidden", _hyper.ProjectedSize), ("cell", _hyper.StateSize));
        var batch = new SentenceBatch(_hyper.NumSteps, _hyper.BatchSize);
        _dense.Lstm.eval();
        double nats = 0;
        long targets = 0;
        for (int step = 0; step < most && batches.Next(batch); step++)
        {
            using var scope = NewDisposeScope();
            var (sum, count) = Evaluate(batch, state);
            nats += sum;
            targets += count;
        }

        return (nats, targets);
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _targets.Dispose();
    }

    private (double Nats, long Targets) Evaluate(SentenceBatch batch, RecurrentState state)
    {
        _inputs.Clear();
        _targets.Clear();
        long[] inputs = [.. batch.Input.Select(word => (long)_inputs.Add(word))];
        long[] active = [.. Enumerable.Range(0, batch.Weight.Length).Where(i => batch.Weight[i] > 0).Select(i => (long)i)];
        long[] truth = [.. active.Select(i => (long)_targets.Add(batch.Target[i]))];
        _inputs.Seal();
        _targets.Seal();
        Fetch();
        Tensor There(Tensor tensor) => DeviceTransfer.To(tensor, _dense.Device);
        _inputs.MakeLeaf(_dense.Device);
        _targets.MakeLeaf(_dense.Device);
        var hidden_NP = DeviceOperators.Rows(
            _dense.Lstm.Hidden(FusedEmbedding.Rows(_inputs.Leaf, There(torch.tensor(inputs, [_hyper.NumSteps, _hyper.BatchSize]))), state),
            There(torch.tensor(active)));
        var logSums = full([active.Length], double.NegativeInfinity, ScalarType.Float64);
        foreach (var words in OwnWords())
        {
            FusedSampledSoftmax.AddLogSums(hidden_NP, words, logSums);
        }

        int width = _hyper.ProjectedSize;
        var rows = FusedEmbedding.Rows(_targets.Leaf, There(torch.tensor(truth)));
        var right = (hidden_NP * rows.narrow(1, 0, width)).sum(1) + rows.narrow(1, width, 1).flatten();
        var whole = PutTogether(MemoryMarshal.Cast<byte, double>(logSums.bytes));
        var logits = MemoryMarshal.Cast<byte, float>(DeviceTransfer.ToHost(right.contiguous()).bytes);
        double nats = 0;
        for (int i = 0; i < active.Length; i++)
        {
            nats += whole[i] - logits[i];
        }

        return (nats, active.Length);
    }

    // True where every process holds all rows.
    private bool Agree(bool isWhole)
    {
        Span<double> least = [isWhole ? 1 : 0];
        _peers.AllReduce(least, ReduceOperation.Min);
        return least[0] > 0;
    }

    private void Fetch()
    {
        if (_remote is not null)
        {
            _remote.Pull([_inputs, _targets], _peers);
            return;
        }

        _inputs.Fill();
        _targets.Fill();
    }

    private IEnumerable<Tensor> OwnWords() => _remote is null && _peers.WorldSize > 1
        ? _tables.Softmax.Held.Where((_, shard) => shard % _peers.WorldSize == _peers.Rank)
        : _tables.Softmax.Held;

    private double[] PutTogether(ReadOnlySpan<double> own)
    {
        _peers.AllGather(MemoryMarshal.AsBytes(own), _parts);
        double[] whole = new double[own.Length];
        Array.Fill(whole, double.NegativeInfinity);
        for (int peer = 0; peer < _parts.Count; peer++)
        {
            var part = MemoryMarshal.Cast<byte, double>(_parts[peer]);
            for (int i = 0; i < whole.Length; i++)
            {
                double top = Math.Max(whole[i], part[i]);
                whole[i] = double.IsNegativeInfinity(top) ? top : top + double.LogP1(Math.Exp(Math.Min(whole[i], part[i]) - top));
            }
        }

        return whole;
    }
}
