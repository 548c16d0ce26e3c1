using System.Collections.Immutable;
using Compression.Core.Gradients;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Which positions a layer's attention knows.</summary>
public enum AttentionType
{
    /// <summary>Sinusoids of the distance, projected in each layer; biases shared over the layers (Dai et al. 2019).</summary>
    Relative = 0,

    /// <summary>An embedding of each distance, learned in each layer (Shaw et al. 2018).</summary>
    LearnedRelative = 1,

    /// <summary>Sinusoids of the position, added to the input (Vaswani et al. 2017).</summary>
    Absolute = 2,

    /// <summary>An embedding of each position, learned and added in every layer (Al-Rfou et al. 2018).</summary>
    LearnedAbsolute = 3,
}

/// <summary>All that determines a Transformer-XL's parameters and what it computes, under the names of the published code.</summary>
public sealed record TransformerXlShape
{
    /// <summary>V, words.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>D, width of the hidden states.</summary>
    public required int ModelWidth { get; init; }

    /// <summary>Width of word vectors of the most frequent words; the model's where they are not projected.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Hidden units of the feed-forward layers.</summary>
    public required int InnerWidth { get; init; }

    /// <summary>Probability of dropout on hidden states.</summary>
    public double Dropout { get; init; }

    /// <summary>Probability of dropout on weights of attention.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Normalizes before attention and feed-forward layers, in place of after their residual connections.</summary>
    public bool PreNorm { get; init; }

    /// <summary>Kind of attention.</summary>
    public AttentionType Attention { get; init; }

    /// <summary>Distance beyond which all positions look alike; not positive: none.</summary>
    public int ClampLength { get; init; } = -1;

    /// <summary>Every query sees as many keys as the memory is long, itself included.</summary>
    public bool SameLength { get; init; }

    /// <summary>Decoder and embedding share their tables.</summary>
    public bool Tied { get; init; } = true;

    /// <summary>Ends of the clusters of the adaptive softmax but for the last, which ends with the vocabulary; empty: one cluster.</summary>
    public ImmutableArray<int> Cutoffs { get; init; } = [];

    /// <summary>For each cluster: its projection in the decoder is the embedding's.</summary>
    public ImmutableArray<bool> TiedProjections { get; init; } = [false];

    /// <summary>Each cluster's word vectors are so many times narrower than the last one's; 1: all in one table.</summary>
    public int DivisorOfWidths { get; init; } = 1;

    /// <summary>Longest segment with its extension and the memory: positions that learned encodings are made for.</summary>
    public int MaxKeys { get; init; }

    /// <summary>Clusters, the head included.</summary>
    public int Clusters => Cutoffs.Length + 1;

    /// <summary>True where word vectors are projected to the model's width.</summary>
    public bool Projects => DivisorOfWidths > 1 || EmbeddingWidth != ModelWidth;

    /// <summary>The widths of all heads together.</summary>
    public int InnerAttention => Heads * HeadWidth;

    /// <summary>First word of a cluster; of <see cref="Clusters"/>, the vocabulary.</summary>
    public int StartOf(int cluster) => cluster == 0 ? 0 : cluster > Cutoffs.Length ? Vocabulary : Cutoffs[cluster - 1];

    /// <summary>Words of a cluster.</summary>
    public int WordsOf(int cluster) => StartOf(cluster + 1) - StartOf(cluster);

    /// <summary>Width of the word vectors of a cluster: d_embed / div_val^cluster, rounded down.</summary>
    public int WidthOf(int cluster)
    {
        int width = EmbeddingWidth;
        for (int i = 0; i < cluster; i++)
        {
            width /= DivisorOfWidths;
        }

        return width;
    }

    /// <summary>True where the decoder's projection of a cluster is the embedding's.</summary>
    public bool TiesProjection(int cluster) => Projects && cluster < TiedProjections.Length && TiedProjections[cluster];

    /// <summary>Names and shapes of the parameters, in the published code's order, without making the model.</summary>
    public BucketLayout Layout() => BucketLayout.Create(Parameters());

    /// <summary>Number of parameters.</summary>
    public long ParameterCount() => Parameters().Sum(parameter => parameter.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>Parameters outside the embedding and the adaptive softmax.</summary>
    public long NonEmbeddingCount() => Parameters()
        .Where(parameter => !parameter.Name.StartsWith("word_emb.", StringComparison.Ordinal) && !parameter.Name.StartsWith("crit.", StringComparison.Ordinal))
        .Sum(parameter => parameter.Shape.Aggregate(1L, (product, size) => product * size));

    private IEnumerable<(string Name, IReadOnlyList<long> Shape)> Parameters()
    {
        IEnumerable<(string, IReadOnlyList<long>)> positions = Attention switch
        {
            AttentionType.Relative => [("r_w_bias", [Heads, HeadWidth]), ("r_r_bias", [Heads, HeadWidth])],
            AttentionType.LearnedRelative =>
            [
                ("r_emb", [Layers, MaxKeys, Heads, HeadWidth]), ("r_w_bias", [Layers, Heads, HeadWidth]), ("r_bias", [Layers, MaxKeys, Heads]),
            ],
            AttentionType.LearnedAbsolute => [("r_emb", [Layers, MaxKeys, Heads, HeadWidth])],
            _ => [],
        };
        return [.. positions, .. Embedding(), .. Enumerable.Range(0, Layers).SelectMany(Layer), .. Decoder()];
    }

    private IEnumerable<(string Name, IReadOnlyList<long> Shape)> Embedding()
    {
        if (DivisorOfWidths == 1)
        {
            yield return ("word_emb.emb_layers.0.weight", [Vocabulary, EmbeddingWidth]);
            if (Projects)
            {
                yield return ("word_emb.emb_projs.0", [ModelWidth, EmbeddingWidth]);
            }

            yield break;
        }

        for (int cluster = 0; cluster < Clusters; cluster++)
        {
            yield return ($"word_emb.emb_layers.{cluster}.weight", [WordsOf(cluster), WidthOf(cluster)]);
        }

        for (int cluster = 0; cluster < Clusters; cluster++)
        {
            yield return ($"word_emb.emb_projs.{cluster}", [ModelWidth, WidthOf(cluster)]);
        }
    }

    private IEnumerable<(string Name, IReadOnlyList<long> Shape)> Layer(int layer)
    {
        string at = $"layers.{layer}.dec_attn", ff = $"layers.{layer}.pos_ff";
        bool relative = Attention is AttentionType.Relative or AttentionType.LearnedRelative;
        IEnumerable<(string, IReadOnlyList<long>)> inputs = relative
            ? [($"{at}.qkv_net.weight", [3L * InnerAttention, ModelWidth])]
            : [($"{at}.q_net.weight", [InnerAttention, ModelWidth]), ($"{at}.kv_net.weight", [2L * InnerAttention, ModelWidth])];
        IEnumerable<(string, IReadOnlyList<long>)> positions = Attention == AttentionType.Relative
            ? [($"{at}.r_net.weight", [InnerAttention, ModelWidth])]
            : [];
        return
        [
            .. inputs,
            ($"{at}.o_net.weight", [ModelWidth, InnerAttention]),
            ($"{at}.layer_norm.weight", [ModelWidth]),
            ($"{at}.layer_norm.bias", [ModelWidth]),
            .. positions,
            ($"{ff}.CoreNet.0.weight", [InnerWidth, ModelWidth]),
            ($"{ff}.CoreNet.0.bias", [InnerWidth]),
            ($"{ff}.CoreNet.3.weight", [ModelWidth, InnerWidth]),
            ($"{ff}.CoreNet.3.bias", [ModelWidth]),
            ($"{ff}.layer_norm.weight", [ModelWidth]),
            ($"{ff}.layer_norm.bias", [ModelWidth]),
        ];
    }

    private IEnumerable<(string Name, IReadOnlyList<long> Shape)> Decoder()
    {
        if (Clusters > 1)
        {
            yield return ("crit.cluster_weight", [Clusters - 1, EmbeddingWidth]);
            yield return ("crit.cluster_bias", [Clusters - 1]);
        }

        for (int table = 0; table < (DivisorOfWidths == 1 ? 1 : Clusters); table++)
        {
            int words = DivisorOfWidths == 1 ? Vocabulary : WordsOf(table);
            if (!Tied)
            {
                yield return ($"crit.out_layers.{table}.weight", [words, WidthOf(table)]);
            }

            yield return ($"crit.out_layers.{table}.bias", [words]);
        }

        for (int cluster = 0; cluster < Clusters; cluster++)
        {
            if (Projects && !TiesProjection(cluster))
            {
                yield return ($"crit.out_projs.{cluster}", [ModelWidth, WidthOf(DivisorOfWidths == 1 ? 0 : cluster)]);
            }
        }
    }
}
