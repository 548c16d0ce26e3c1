using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Ptb;

/// <summary>
/// A word-level recurrent language model: embedding, dropout, stacked recurrent layers with dropout between them, dropout, linear decoder.
/// Parameters carry PyTorch's names: <c>encoder.weight</c>, <c>rnn.weight_ih_l0</c>, …, <c>decoder.bias</c>.
/// Axes: T time, B batch, E embedding, H hidden, V vocabulary.
/// </summary>
public sealed class LanguageModel : nn.Module
{
    private readonly Embedding encoder;
    private readonly RecurrentParameters rnn;
    private readonly Linear decoder;
    private readonly RecurrentModelOptions _options;

    /// <param name="options">Layers, sizes and dropout.</param>
    public LanguageModel(RecurrentModelOptions options)
        : base(nameof(LanguageModel))
    {
        _options = options;
        encoder = nn.Embedding(options.Vocabulary, options.EmbeddingSize);
        rnn = new RecurrentParameters(options);

        // The registered object itself, which named_parameters knows again: the property makes a new one of the same tensor at each call.
        decoder = options.Tied
            ? nn.Linear(encoder.get_parameter("weight")!, nn.Parameter(zeros(options.Vocabulary)))
            : nn.Linear(options.HiddenSize, options.Vocabulary);
        RegisterComponents();
    }

    /// <summary>Draws all weights and the biases of recurrent layers from U(−range, range), in the order of the parameters; the decoder's bias is 0.</summary>
    public void Initialize(double range)
    {
        using var noGradient = no_grad();
        foreach (var (_, parameter) in named_parameters())
        {
            nn.init.uniform_(parameter, -range, range);
        }

        nn.init.zeros_(decoder.bias!);
    }

    /// <summary>The state at the start of a text.</summary>
    /// <param name="batch">B.</param>
    /// <param name="device">Where the model computes.</param>
    public RecurrentState Begin(int batch, Device device) =>
        new(_options.Layers, batch, device, _options.Layer.State.Select(name => (name, _options.HiddenSize)));

    /// <summary>Mean cross entropy in nats, to be differentiated.</summary>
    /// <param name="input_TB">Token ids.</param>
    /// <param name="target_N">The ids that follow, T·B of them, row-major.</param>
    /// <param name="state">Carried from batch to batch; updated in place, detached.</param>
    public Tensor Loss(Tensor input_TB, Tensor target_N, RecurrentState state)
    {
        var hidden_NH = Hidden(input_TB, state).flatten(0, 1);
        return FusedCrossEntropy.Mean(hidden_NH, decoder.weight!, decoder.bias!, target_N, GradientPath.IntoGrad);
    }

    /// <summary>The same as a sum over the targets, in double precision, without a gradient.</summary>
    public double SumOfNats(Tensor input_TB, Tensor target_N, RecurrentState state)
    {
        var hidden_NH = Hidden(input_TB, state).flatten(0, 1);
        return FusedCrossEntropy.SumOfNats(hidden_NH, decoder.weight!, decoder.bias!, target_N);
    }

    private Tensor Hidden(Tensor input_TB, RecurrentState state)
    {
        var x = FusedDropout.Apply(FusedEmbedding.Rows(encoder.weight!, input_TB, GradientPath.IntoGrad), _options.Dropout, training);
        for (int layer = 0; layer < _options.Layers; layer++)
        {
            var (y, after) = _options.Layer.Run(x, state[layer], rnn[layer]);
            state.Set(layer, after);
            x = FusedDropout.Apply(y, _options.Dropout, training);
        }

        return x;
    }

    private sealed class RecurrentParameters : nn.Module
    {
        private readonly Tensor[][] _layers;

        public RecurrentParameters(RecurrentModelOptions options)
            : base(nameof(RecurrentParameters)) => _layers = [.. Enumerable.Range(0, options.Layers).Select(
                layer => options.ParametersOf(layer).Select(parameter => Add(parameter.Name, parameter.Shape, options.HiddenSize)).ToArray())];

        public Tensor[] this[int layer] => _layers[layer];

        // PyTorch's own initial values: Initialize draws others, and what it draws depends on how many were drawn here.
        private Parameter Add(string name, long[] shape, int hidden)
        {
            var parameter = new Parameter(empty(shape));
            nn.init.uniform_(parameter, -1 / Math.Sqrt(hidden), 1 / Math.Sqrt(hidden));
            register_parameter(name, parameter);
            return parameter;
        }
    }
}
