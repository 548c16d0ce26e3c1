using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Training.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>
/// A word-level LSTM language model: embedding, dropout, stacked LSTM with dropout between its layers, dropout, linear decoder.
/// Parameters carry PyTorch's names: <c>encoder.weight</c>, <c>rnn.weight_ih_l0</c>, …, <c>decoder.bias</c>.
/// Axes: T time, B batch, E embedding, H hidden, V vocabulary.
/// </summary>
public sealed class LstmLanguageModel : nn.Module
{
    private readonly Embedding encoder;
    private readonly LSTM rnn;
    private readonly Linear decoder;
    private readonly LstmModelOptions _options;
    private readonly LstmWeights[] _layers;

    /// <param name="options">Sizes and dropout.</param>
    public LstmLanguageModel(LstmModelOptions options)
        : base(nameof(LstmLanguageModel))
    {
        _options = options;
        encoder = nn.Embedding(options.Vocabulary, options.EmbeddingSize);
        rnn = nn.LSTM(options.EmbeddingSize, options.HiddenSize, options.Layers);

        // The registered object itself, which named_parameters knows again: the property makes a new one of the same tensor at each call.
        decoder = options.Tied
            ? nn.Linear(encoder.get_parameter("weight")!, nn.Parameter(zeros(options.Vocabulary)))
            : nn.Linear(options.HiddenSize, options.Vocabulary);
        RegisterComponents();
        _layers = [.. Enumerable.Range(0, options.Layers).Select(layer => new LstmWeights(
            rnn.get_parameter($"weight_ih_l{layer}")!, rnn.get_parameter($"weight_hh_l{layer}")!,
            rnn.get_parameter($"bias_ih_l{layer}")!, rnn.get_parameter($"bias_hh_l{layer}")!))];
    }

    /// <summary>Draws all weights and LSTM biases from U(−range, range), in the order of the parameters; the decoder's bias is 0.</summary>
    public void Initialize(double range)
    {
        using var noGradient = no_grad();
        foreach (var (_, parameter) in named_parameters())
        {
            nn.init.uniform_(parameter, -range, range);
        }

        nn.init.zeros_(decoder.bias!);
    }

    /// <summary>Mean cross entropy in nats, to be differentiated.</summary>
    /// <param name="input_TB">Token ids.</param>
    /// <param name="target_N">The ids that follow, T·B of them, row-major.</param>
    /// <param name="state">Carried from batch to batch; updated in place, detached.</param>
    public Tensor Loss(Tensor input_TB, Tensor target_N, LstmState state)
    {
        var hidden_NH = Hidden(input_TB, state).flatten(0, 1);
        return FusedCrossEntropy.Mean(hidden_NH, decoder.weight!, decoder.bias!, target_N, GradientPath.IntoGrad);
    }

    /// <summary>The same as a sum over the targets, in double precision, without a gradient.</summary>
    public double SumOfNats(Tensor input_TB, Tensor target_N, LstmState state)
    {
        var hidden_NH = Hidden(input_TB, state).flatten(0, 1);
        return FusedCrossEntropy.SumOfNats(hidden_NH, decoder.weight!, decoder.bias!, target_N);
    }

    private Tensor Hidden(Tensor input_TB, LstmState state)
    {
        var x = FusedDropout.Apply(FusedEmbedding.Rows(encoder.weight!, input_TB, GradientPath.IntoGrad), _options.Dropout, training);
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            var (y, h, c) = FusedLstm.Run(x, state.Hidden(layer), state.Cell(layer), _layers[layer], GradientPath.IntoGrad);
            state.Set(layer, h, c);
            x = FusedDropout.Apply(y, _options.Dropout, training);
        }

        return x;
    }
}
