using Compression.Training.Lm1b;
using Compression.Training.Recurrent;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Benchmarks;

/// <summary>
/// Floating-point operations of the matrix products that a training step cannot do without, additions and multiplications counted singly.
/// A product of [m, k] and [k, n] takes 2mkn forward, and as much backward for each factor that needs a gradient: 6mkn for a layer with
/// weights, 4mkn where its input is a constant. What is no matrix product (lookups, gates, softmax, norms, optimizer) is left out.
/// </summary>
internal static class StepArithmetic
{
    /// <summary>
    /// Recurrent layers whose matrices each meet every word, in an LSTM 4H rows over E (or H) inputs and H states, and a decoder over V words:
    /// 6N(Σ 4H(inputs + H) + VH), N = words.
    /// </summary>
    /// <param name="model">Sizes.</param>
    /// <param name="words">N, words of a step.</param>
    public static double Of(RecurrentModelOptions model, double words)
    {
        double layers = Enumerable.Range(0, model.Layers).SelectMany(model.ParametersOf)
            .Where(parameter => parameter.Shape.Length == 2).Sum(parameter => (double)parameter.Shape[0] * parameter.Shape[1]);
        return 6 * words * (layers + ((double)model.Vocabulary * model.HiddenSize));
    }

    /// <summary>Projected LSTM layers of C cells over E (or P) inputs and P states, and S candidates: 6N(Σ (4C(inputs + P) + CP) + SP).</summary>
    /// <param name="hyper">Sizes; N is rows times time steps.</param>
    public static double Of(Lm1bHyperparameters hyper)
    {
        double cells = hyper.StateSize, projection = hyper.ProjectedSize, words = (double)hyper.BatchSize * hyper.NumSteps;
        double inputs = hyper.EmbSize + (projection * (hyper.NumLayers - 1));
        double layers = (4 * cells * (inputs + (hyper.NumLayers * projection))) + (hyper.NumLayers * cells * projection);
        return 6 * words * (layers + (hyper.NumSampled * projection));
    }

    /// <summary>
    /// Transformer-XL with sinusoids of distances and word vectors as wide as the model, whose memory of M positions is full, for B columns of
    /// T tokens (N = BT, K = M + T keys, D model, I all heads together, F inner). A layer: queries, keys, values of the segment and the output
    /// 6N·4DI; keys and values of the memory, which is constant, 4BM·2DI; distances 4K·DI; scores by content and by distance, and values,
    /// 6·3·I for each of the B(TM + T(T+1)/2) pairs that the mask leaves; feed-forward 6N·2DF. The decoder: 6D for each target times the words of its
    /// cluster, and for each target the head.
    /// </summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="columns">B.</param>
    /// <param name="length">T.</param>
    /// <param name="memory">M.</param>
    /// <param name="text">Shows how frequent the clusters are.</param>
    public static double Of(TransformerXlShape shape, double columns, double length, double memory, ReadOnlySpan<int> text)
    {
        double tokens = columns * length, d = shape.ModelWidth, i = shape.InnerAttention;
        double projections = (6 * tokens * 4 * d * i) + (4 * columns * memory * 2 * d * i) + (4 * (memory + length) * d * i);
        double attention = 6 * 3 * i * columns * ((length * memory) + (length * (length + 1) / 2));
        double feedForward = 6 * tokens * 2 * d * shape.InnerWidth;
        double choices = shape.WordsOf(0) + shape.Clusters - 1;
        for (int cluster = 1; cluster < shape.Clusters; cluster++)
        {
            choices += ShareOf(text, shape.StartOf(cluster), shape.StartOf(cluster + 1)) * shape.WordsOf(cluster);
        }

        return (shape.Layers * (projections + attention + feedForward)) + (6 * tokens * d * choices);
    }

    private static double ShareOf(ReadOnlySpan<int> text, int start, int end)
    {
        int count = 0;
        foreach (int word in text)
        {
            count += word >= start && word < end ? 1 : 0;
        }

        return (double)count / text.Length;
    }
}
