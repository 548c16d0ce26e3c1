using Compression.Training.Lm1b;
using Compression.Training.Recurrent;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Benchmarks.Tests;

/// <summary>Formulas of a step's arithmetic against its products, listed one by one.</summary>
[Seeded]
public sealed class StepArithmeticTests
{
    [Theory]
    [InlineData("lstm", 4, 1)]
    [InlineData("lstm", 4, 3)]
    [InlineData("gru", 3, 2)]
    public void A_recurrent_model_has_the_products_of_its_layers_and_decoder(string model, int gates, int layers)
    {
        const int Words = 21, Embedding = 5, Hidden = 7, Vocabulary = 11;
        double expected = Trained(Words, Hidden, Vocabulary);
        for (int layer = 0; layer < layers; layer++)
        {
            expected += Trained(Words, layer == 0 ? Embedding : Hidden, gates * Hidden) + Trained(Words, Hidden, gates * Hidden);
        }

        var sizes = new RecurrentModelOptions(Vocabulary, Embedding, Hidden, layers, 0, Tied: false) { Layer = RecurrentLayers.Find(model) };
        Assert.Equal(expected, StepArithmetic.Of(sizes, Words));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_projected_LSTM_also_has_its_projections_and_the_candidates(int layers)
    {
        var hyper = new Lm1bHyperparameters { VocabSize = 90, BatchSize = 3, NumSteps = 4, EmbSize = 5, StateSize = 6, ProjectedSize = 7, NumSampled = 20, NumLayers = layers };
        const int Words = 12;
        double expected = Trained(Words, 7, 20);
        for (int layer = 0; layer < layers; layer++)
        {
            expected += Trained(Words, layer == 0 ? 5 : 7, 24) + Trained(Words, 7, 24) + Trained(Words, 6, 7);
        }

        Assert.Equal(expected, StepArithmetic.Of(hyper));
    }

    [Fact]
    public void A_TransformerXl_has_attention_over_the_keys_that_a_query_sees_and_clusters_as_often_as_they_occur()
    {
        const int Columns = 2, Length = 3, Memory = 4, Width = 10, Heads = 2, HeadWidth = 4, Inner = 6;
        var shape = new TransformerXlShape
        {
            Vocabulary = 30, Layers = 2, Heads = Heads, HeadWidth = HeadWidth, ModelWidth = Width, EmbeddingWidth = Width, InnerWidth = Inner, Cutoffs = [8, 16],
        };
        int[] text = [0, 7, 8, 20, 29, 3];

        const int All = Heads * HeadWidth;
        double layer = Trained(Columns * Length, Width, 3 * All) + Trained(Columns * Length, All, Width)
            + Trained(Columns * Length, Width, Inner) + Trained(Columns * Length, Inner, Width)
            + OfConstants(Columns * Memory, Width, 2 * All) + OfConstants(Memory + Length, Width, All);
        for (int query = 0; query < Columns * Length; query++)
        {
            int keys = Memory + (query % Length) + 1;
            layer += Heads * (Trained(1, HeadWidth, keys) + Trained(1, HeadWidth, keys) + Trained(1, keys, HeadWidth));
        }

        double decoder = 0;
        foreach (int word in text)
        {
            decoder += Trained(1, Width, 8 + 2) + (word < 8 ? 0 : Trained(1, Width, word < 16 ? 8 : 14));
        }

        Assert.Equal((shape.Layers * layer) + decoder, StepArithmetic.Of(shape, Columns, Length, Memory, text), 1e-6);
    }

    // [m, k] times [k, n] where both need a gradient: the product, and one of its size for each of the two.
    private static double Trained(double m, double k, double n) => 3 * 2 * m * k * n;

    private static double OfConstants(double m, double k, double n) => 2 * 2 * m * k * n;
}
