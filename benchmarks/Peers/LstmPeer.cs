using Compression.Training.Ptb;
using Compression.Training.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// The PTB LSTM of libtorch's own layers, as a user of TorchSharp writes it, trained by SGD with clipped gradients. Parameters carry the
/// names of <see cref="LanguageModel"/>'s.
/// </summary>
internal sealed class LstmPeer : nn.Module
{
    private const double MaxNorm = 0.25;
    private const double InitialRange = 0.1;

    private readonly Embedding encoder;
    private readonly LSTM rnn;
    private readonly Linear decoder;
    private readonly Dropout drop;
    private readonly optim.Optimizer _optimizer;
    private (Tensor Hidden, Tensor Cell) _state;

    /// <param name="model">Sizes and dropout; weights are not tied.</param>
    /// <param name="columns">B, sequences of a batch.</param>
    /// <param name="learningRate">Of SGD.</param>
    public LstmPeer(RecurrentModelOptions model, int columns, double learningRate)
        : base(nameof(LstmPeer))
    {
        encoder = nn.Embedding(model.Vocabulary, model.EmbeddingSize);
        rnn = nn.LSTM(model.EmbeddingSize, model.HiddenSize, model.Layers, dropout: model.Layers > 1 ? model.Dropout : 0);
        decoder = nn.Linear(model.HiddenSize, model.Vocabulary);
        drop = nn.Dropout(model.Dropout);
        RegisterComponents();
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
        var (output, hidden, cell) = rnn.forward(drop.forward(encoder.forward(input)), _state);
        var loss = nn.functional.cross_entropy(decoder.forward(drop.forward(output).flatten(0, 1)), target);
        loss.backward();
        Keep(hidden, cell);
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

    private void Keep(Tensor hidden, Tensor cell)
    {
        _state.Hidden.Dispose();
        _state.Cell.Dispose();
        _state = (hidden.detach().DetachFromDisposeScope(), cell.detach().DetachFromDisposeScope());
    }
}
