using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Ptb;

/// <summary>The language model of TorchSharp's own layers, without dropout. T time, B batch, V vocabulary.</summary>
internal sealed class PlainLanguageModel : nn.Module
{
    private readonly Embedding encoder;
    private readonly nn.Module rnn;
    private readonly Linear decoder;
    private readonly bool _tied;

    public PlainLanguageModel(string model, int vocabulary, int embedding, int hidden, int layers, bool tied)
        : base(nameof(PlainLanguageModel))
    {
        _tied = tied;
        encoder = nn.Embedding(vocabulary, embedding);
        rnn = model == "gru" ? nn.GRU(embedding, hidden, layers) : nn.LSTM(embedding, hidden, layers);
        decoder = nn.Linear(hidden, vocabulary);
        register_module("encoder", encoder);
        register_module("rnn", rnn);
        register_module("decoder", decoder);
    }

    /// <summary>What is trained, under PyTorch's names; a tied decoder has no weight of its own.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Trained =>
        named_parameters().Where(one => !_tied || one.name != "decoder.weight").Select(one => (one.name, one.parameter));

    /// <summary>Logits [T·B, V] and the state after the last time step; a GRU leaves C as it is.</summary>
    public (Tensor Logits, (Tensor H, Tensor C) State) Forward(Tensor ids_TB, (Tensor H, Tensor C) state)
    {
        Tensor x = encoder.forward(ids_TB), y, h, c = state.C;
        if (rnn is GRU gru)
        {
            (y, h) = gru.call(x, state.H);
        }
        else
        {
            (y, h, c) = ((LSTM)rnn).call(x, (state.H, state.C));
        }

        return (nn.functional.linear(y.flatten(0, 1), _tied ? encoder.weight! : decoder.weight!, decoder.bias!), (h.detach(), c.detach()));
    }
}
