using Compression.Training.Ptb;
using Compression.Training.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// The PTB model of libtorch's own LSTM or GRU layers, as a user of TorchSharp writes it, trained by SGD with clipped gradients. Parameters carry the
/// names of <see cref="LanguageModel"/>'s.
/// </summary>
internal sealed class LanguageModelPeer : nn.Module
{
    private const double MaxNorm = 0.25;
    private const double InitialRange = 0.1;

    private readonly Embedding encoder;
    private readonly nn.Module rnn;
    private readonly Linear decoder;
    private readonly Dropout drop;
    private readonly optim.Optimizer _optimizer;
    private (Tensor Hidden, Tensor Cell) _state;

    /// <param name="model">Sizes and dropout; weights are not tied.</param>
    /// <param name="columns">B, sequences of a batch.</param>
    /// <param name="learningRate">Of SGD.</param>
    public LanguageModelPeer(RecurrentModelOptions model, int columns, double learningRate)
        : base(nameof(LanguageModelPeer))
    {
        encoder = nn.Embedding(model.Vocabulary, model.EmbeddingSize);
        double between = model.Layers > 1 ? model.Dropout : 0;
        rnn = model.Layer is GruLayer
            ? nn.GRU(model.EmbeddingSize, model.HiddenSize, model.Layers, dropout: between)
            : nn.LSTM(model.EmbeddingSize, model.HiddenSize, model.Layers, dropout: between);
        decoder = nn.Linear(model.HiddenSize, model.Vocabulary);
        drop = nn.Dropout(model.Dropout);
        register_module(nameof(encoder), encoder);
        register_module(nameof(rnn), rnn);
        register_module(nameof(decoder), decoder);
        foreach (var parameter in parameters())
        {
            nn.init.uniform_(parameter, -InitialRange, InitialRange);
        }

        _optimizer = optim.SGD(parameters(), learningRate);
        _state = (State(), State());
        train();

        Tensor State() => zeros(model.Layers, columns, model.HiddenSize).DetachFromDisposeScope();
    }

    /// <summary>Forward and backward pass, clipping, update.</summary>
    /// <param name="input">Token ids [T, B].</param>
    /// <param name="target">The ids that follow, [T·B].</param>
    /// <returns>Mean nats before the update.</returns>
    public double Step(Tensor input, Tensor target)
    {
        using var scope = NewDisposeScope();
        zero_grad();
        var loss = nn.functional.cross_entropy(decoder.forward(drop.forward(Recur(drop.forward(encoder.forward(input)))).flatten(0, 1)), target);
        loss.backward();
        nn.utils.clip_grad_norm_(parameters(), MaxNorm);
        _optimizer.step();
        return loss.item<float>();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizer.Dispose();
            _state.Hidden.Dispose();
            _state.Cell.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Recur(Tensor x)
    {
        if (rnn is GRU gru)
        {
            var (y, h) = gru.call(x, _state.Hidden);
            _state.Hidden = Kept(h, _state.Hidden);
            return y;
        }

        var (output, hidden, cell) = ((LSTM)rnn).call(x, _state);
        _state = (Kept(hidden, _state.Hidden), Kept(cell, _state.Cell));
        return output;
    }

    private static Tensor Kept(Tensor after, Tensor before)
    {
        before.Dispose();
        return after.detach().DetachFromDisposeScope();
    }
}
