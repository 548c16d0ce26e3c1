using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Ptb;

/// <summary>The LSTM language model of TorchSharp's own layers, without dropout. T time, B batch, V vocabulary.</summary>
internal sealed class PlainLanguageModel : nn.Module
{
    private readonly Embedding encoder;
    private readonly LSTM rnn;
    private readonly Linear decoder;
    private readonly bool _tied;

    public PlainLanguageModel(int vocabulary, int embedding, int hidden, int layers, bool tied)
        : base(nameof(PlainLanguageModel))
    {
        _tied = tied;
        encoder = nn.Embedding(vocabulary, embedding);
        rnn = nn.LSTM(embedding, hidden, layers);
        decoder = nn.Linear(hidden, vocabulary);
        RegisterComponents();
    }

    /// <summary>What is trained, under PyTorch's names; a tied decoder has no weight of its own.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> Trained =>
        named_parameters().Where(one => !_tied || one.name != "decoder.weight").Select(one => (one.name, one.parameter));

    /// <summary>Logits [T·B, V] and the state after the last time step.</summary>
    public (Tensor Logits, (Tensor H, Tensor C) State) Forward(Tensor ids_TB, (Tensor H, Tensor C) state)
    {
        var (y, h, c) = rnn.forward(encoder.forward(ids_TB), (state.H, state.C));
        return (nn.functional.linear(y.flatten(0, 1), _tied ? encoder.weight! : decoder.weight!, decoder.bias!), (h.detach(), c.detach()));
    }
}
