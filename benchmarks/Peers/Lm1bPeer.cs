using Compression.Torch.Fused;
using Compression.Training.Lm1b;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// The LM-1B model of libtorch's own layers: tables with sparse gradients, libtorch's LSTM with projection, a softmax over sampled words,
/// Adagrad. Its LSTM has two biases, of which only the sum matters; the second is held at 0, as in ours. Axes: T time, B batch, E
/// inputs, C cells, P projection, N = T·B, S candidates.
/// </summary>
internal sealed class Lm1bPeer : nn.Module
{
    private const double Impossible = -1e30;

    private readonly Embedding words_in;
    private readonly Embedding words_out;
    private readonly Embedding biases_out;
    private readonly Parameter weight_ih_l0;
    private readonly Parameter weight_hh_l0;
    private readonly Parameter bias_l0;
    private readonly Parameter weight_hr_l0;
    private readonly Dropout drop;
    private readonly Lm1bHyperparameters _hyper;
    private readonly ScriptedOperators _operators = new();
    private readonly optim.Optimizer _dense;
    private readonly Tensor[] _sums;
    private readonly Tensor _noBias;
    private (Tensor Hidden, Tensor Cell) _state;

    /// <param name="hyper">Sizes, rate and dropout; one layer.</param>
    public Lm1bPeer(Lm1bHyperparameters hyper)
        : base(nameof(Lm1bPeer))
    {
        _hyper = hyper;
        words_in = Table(hyper.EmbSize);
        words_out = Table(hyper.ProjectedSize);
        biases_out = Table(1);
        int gates = 4 * hyper.StateSize;
        weight_ih_l0 = nn.Parameter(empty(gates, hyper.EmbSize));
        weight_hh_l0 = nn.Parameter(empty(gates, hyper.ProjectedSize));
        bias_l0 = nn.Parameter(zeros(gates));
        weight_hr_l0 = nn.Parameter(empty(hyper.ProjectedSize, hyper.StateSize));
        drop = nn.Dropout(1 - hyper.KeepProb);
        RegisterComponents();
        DrawWeights();
        _noBias = zeros(gates).DetachFromDisposeScope();
        _sums = [.. Tables.Select(table => ones_like(table.weight!, requires_grad: false).DetachFromDisposeScope())];
        _dense = optim.Adagrad(Dense, hyper.LearningRate, initial_accumulator_value: 1);
        _state = (zeros(hyper.BatchSize, hyper.ProjectedSize).DetachFromDisposeScope(), zeros(hyper.BatchSize, hyper.StateSize).DetachFromDisposeScope());
        train();

        Embedding Table(int width) => nn.Embedding(hyper.VocabSize, width, sparse: true);
    }

    private Embedding[] Tables => [words_in, words_out, biases_out];

    private Parameter[] Dense => [weight_ih_l0, weight_hh_l0, bias_l0, weight_hr_l0];

    /// <summary>
    /// Forward and backward pass, clipping of the dense gradient, update. As published, the loss is differentiated as a sum over the time
    /// steps, and word vectors' gradients also as a sum over the batch.
    /// </summary>
    /// <param name="batch">Text and candidates.</param>
    /// <returns>Mean over N of weight · nats before the update.</returns>
    public double Step(SampledBatch batch)
    {
        using var scope = NewDisposeScope();
        zero_grad();
        var (output, hidden, cell) = LibTorchLstm.Run(
            drop.forward(words_in.forward(batch.Input)), _state.Hidden, _state.Cell,
            new LstmWeights(weight_ih_l0, weight_hh_l0, bias_l0, _noBias, weight_hr_l0));
        var loss = Loss(drop.forward(output).flatten(0, 1), batch);
        (loss * _hyper.NumSteps).backward();
        Keep(hidden, cell);
        nn.utils.clip_grad_norm_(Dense, _hyper.MaxGradNorm);
        _dense.step();
        for (int i = 0; i < _sums.Length; i++)
        {
            var gradient = Tables[i].weight!.grad!;
            _operators.AdagradOfRows(Tables[i].weight!, _sums[i], i == 0 ? gradient * _hyper.BatchSize : gradient, _hyper.LearningRate);
        }

        return loss.item<float>();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _operators.Dispose();
            _dense.Dispose();
            foreach (var tensor in (Tensor[])[.. _sums, _noBias, _state.Hidden, _state.Cell])
            {
                tensor.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    // Each target competes with the candidates other than itself.
    private Tensor Loss(Tensor hidden, SampledBatch batch)
    {
        long sampled = _hyper.NumSampled, positions = hidden.shape[0];
        var both = cat([batch.Candidates, batch.Target]);
        var rows = words_out.forward(both);
        var offsets = biases_out.forward(both).squeeze(1) - batch.LogExpected;
        var logits = nn.functional.linear(hidden, rows.narrow(0, 0, sampled), offsets.narrow(0, 0, sampled));
        var place = searchsorted(batch.Candidates, batch.Target).clamp_max(sampled - 1);
        var drawn = batch.Candidates.index_select(0, place).eq(batch.Target).nonzero().squeeze(1);
        logits.index_put_(tensor((float)Impossible), drawn, place.index_select(0, drawn));
        var right = (hidden * rows.narrow(0, sampled, positions)).sum(1) + offsets.narrow(0, sampled, positions);
        return ((logaddexp(logits.logsumexp(1), right) - right) * batch.Weight).mean();
    }

    private void DrawWeights()
    {
        double fanIn = _hyper.EmbSize + _hyper.ProjectedSize, rows = (double)_hyper.VocabSize / _hyper.NumShards;
        Draw(words_in.weight!, rows);
        Draw(words_out.weight!, rows);
        nn.init.zeros_(biases_out.weight!);
        Draw(weight_ih_l0, fanIn);
        Draw(weight_hh_l0, fanIn);
        Draw(weight_hr_l0, _hyper.StateSize);

        static void Draw(Tensor weight, double count) => nn.init.uniform_(weight, -Math.Sqrt(3 / count), Math.Sqrt(3 / count));
    }

    private void Keep(Tensor hidden, Tensor cell)
    {
        _state.Hidden.Dispose();
        _state.Cell.Dispose();
        _state = (hidden.detach().DetachFromDisposeScope(), cell.detach().DetachFromDisposeScope());
    }
}
