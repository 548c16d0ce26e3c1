using Compression.Core.Gradients;

namespace Compression.Training.Models;

/// <summary>Sizes of a stacked LSTM language model, on one process or spread over stages.</summary>
/// <param name="Vocabulary">V, words.</param>
/// <param name="EmbeddingSize">E.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="Layers">LSTM layers.</param>
/// <param name="Dropout">Probability, 0 to below 1.</param>
/// <param name="Tied">The decoder's weight is the embedding's; needs E = H.</param>
public sealed record LstmModelOptions(int Vocabulary, int EmbeddingSize, int HiddenSize, int Layers, double Dropout, bool Tied)
{
    /// <summary>Names and shapes of the model's parameters, in their order, without making the model.</summary>
    public BucketLayout Layout() => BucketLayout.Create(Parameters());

    /// <summary>All parameters, also of a model that is too large to lay out.</summary>
    public long ParameterCount() => Parameters().Sum(parameter => parameter.Shape.Aggregate(1L, (product, size) => product * size));

    private List<(string Name, IReadOnlyList<long> Shape)> Parameters()
    {
        var parameters = new List<(string Name, IReadOnlyList<long> Shape)> { ("encoder.weight", [Vocabulary, EmbeddingSize]) };
        for (int layer = 0; layer < Layers; layer++)
        {
            parameters.Add(($"rnn.weight_ih_l{layer}", [4L * HiddenSize, layer == 0 ? EmbeddingSize : HiddenSize]));
            parameters.Add(($"rnn.weight_hh_l{layer}", [4L * HiddenSize, HiddenSize]));
            parameters.Add(($"rnn.bias_ih_l{layer}", [4L * HiddenSize]));
            parameters.Add(($"rnn.bias_hh_l{layer}", [4L * HiddenSize]));
        }

        if (!Tied)
        {
            parameters.Add(("decoder.weight", [Vocabulary, HiddenSize]));
        }

        parameters.Add(("decoder.bias", [Vocabulary]));
        return parameters;
    }
}
