using Compression.Core.Gradients;

namespace Compression.Training.Recurrent;

/// <summary>Sizes of a stacked recurrent language model, on one process or spread over stages.</summary>
/// <param name="Vocabulary">V, words.</param>
/// <param name="EmbeddingSize">E.</param>
/// <param name="HiddenSize">H.</param>
/// <param name="Layers">Recurrent layers.</param>
/// <param name="Dropout">Probability, 0 to below 1.</param>
/// <param name="Tied">The decoder's weight is the embedding's; needs E = H.</param>
public sealed record RecurrentModelOptions(int Vocabulary, int EmbeddingSize, int HiddenSize, int Layers, double Dropout, bool Tied)
{
    /// <summary>What the layers compute.</summary>
    public IRecurrentLayer Layer { get; init; } = new LstmLayer();

    /// <summary>Names and shapes of the model's parameters, in their order, without making the model.</summary>
    public BucketLayout Layout() => BucketLayout.Create(Parameters());

    /// <summary>All parameters, also of a model that is too large to lay out.</summary>
    public long ParameterCount() => Parameters().Sum(parameter => parameter.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>Names and shapes of a layer's parameters.</summary>
    /// <param name="layer">0 to <see cref="Layers"/>−1.</param>
    public IEnumerable<(string Name, long[] Shape)> ParametersOf(int layer) => Layer
        .Parameters(layer == 0 ? EmbeddingSize : HiddenSize, HiddenSize)
        .Select(parameter => ($"{parameter.Name}_l{layer}", parameter.Shape));

    private IEnumerable<(string Name, IReadOnlyList<long> Shape)> Parameters()
    {
        yield return ("encoder.weight", [Vocabulary, EmbeddingSize]);
        foreach (var (name, shape) in Enumerable.Range(0, Layers).SelectMany(ParametersOf))
        {
            yield return ($"rnn.{name}", shape);
        }

        if (!Tied)
        {
            yield return ("decoder.weight", [Vocabulary, HiddenSize]);
        }

        yield return ("decoder.bias", [Vocabulary]);
    }
}
