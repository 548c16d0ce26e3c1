using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// The projected adaptive softmax (Grave et al. 2017; Baevski and Auli 2019): a head over the most frequent words and one entry a cluster of
/// rarer ones, and a softmax within each cluster, which is computed for its own targets alone. With one cluster it is the plain softmax.
/// </summary>
/// <remarks>Cluster i reads the head's column i from the end, as the published code does: weights depend on it.</remarks>
internal sealed class AdaptiveSoftmax : nn.Module
{
    private readonly TransformerXlShape _shape;
    private readonly Affine[] _tables;
    private readonly Parameter?[] _projections;
    private readonly Parameter? _clusterWeight;
    private readonly Parameter? _clusterBias;

    /// <param name="shape">Sizes.</param>
    /// <param name="embedding">Lends its tables and projections where they are tied.</param>
    public AdaptiveSoftmax(TransformerXlShape shape, AdaptiveEmbedding embedding)
        : base(nameof(AdaptiveSoftmax))
    {
        _shape = shape;
        if (shape.Clusters > 1)
        {
            _clusterWeight = nn.Parameter(zeros(shape.Clusters - 1, shape.EmbeddingWidth));
            _clusterBias = nn.Parameter(zeros(shape.Clusters - 1));
            register_parameter("cluster_weight", _clusterWeight);
            register_parameter("cluster_bias", _clusterBias);
        }

        bool oneTable = shape.DivisorOfWidths == 1;
        _tables = [.. Enumerable.Range(0, oneTable ? 1 : shape.Clusters).Select(i =>
        {
            int words = oneTable ? shape.Vocabulary : shape.WordsOf(i);
            return new Affine(shape.Tied ? embedding.Table(i) : nn.Parameter(empty(words, shape.WidthOf(i))), nn.Parameter(zeros(words)));
        })];
        _projections = [.. Enumerable.Range(0, shape.Clusters).Select(i => !shape.Projects ? null
            : shape.TiesProjection(i) ? embedding.Projection(oneTable ? 0 : i)
            : nn.Parameter(empty(shape.ModelWidth, shape.WidthOf(oneTable ? 0 : i))))];
        var layers = new NumberedParts("out_layers");
        var projections = new NumberedParts("out_projs");
        for (int i = 0; i < _tables.Length; i++)
        {
            layers.register_module($"{i}", _tables[i]);
        }

        for (int i = 0; i < _projections.Length; i++)
        {
            if (_projections[i] is { } projection)
            {
                projections.register_parameter($"{i}", projection);
            }
        }

        register_module("out_layers", layers);
        register_module("out_projs", projections);
    }

    /// <summary>The mean over the targets in nats, to be differentiated, and each target's own, as constants, in the targets' order.</summary>
    /// <param name="hidden_ND">Hidden states.</param>
    /// <param name="target_N">Int64, each in [0, V); on the host.</param>
    public (Tensor Mean, Tensor Each) Loss(Tensor hidden_ND, Tensor target_N)
    {
        var clusters = ClusterAssignment.Of(_shape, target_N);
        double scale = 1.0 / clusters.Count;
        var (mean, each) = Nats(hidden_ND, 0, clusters.HeadTargets(), scale);
        for (int cluster = 1; cluster < _shape.Clusters; cluster++)
        {
            if (clusters.Positions(cluster) is { Length: > 0 } positions)
            {
                var places = DeviceTransfer.To(tensor(positions), hidden_ND.device);
                var (part, own) = Nats(DeviceOperators.Rows(hidden_ND, places), cluster, clusters.Words(cluster), scale);
                mean += part;
                using var noGradient = no_grad();
                each.index_add_(0, places, own, 1);
            }
        }

        return (mean, each);
    }

    /// <summary>Log-probabilities of all words.</summary>
    /// <param name="hidden_ND">Hidden states.</param>
    /// <returns>[N, V].</returns>
    public Tensor LogProbabilities(Tensor hidden_ND)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        hidden_ND = hidden_ND.to(ScalarType.Float32);
        var head = Logits(hidden_ND, 0).log_softmax(1);
        int shortlist = _shape.WordsOf(0);
        var parts = new List<Tensor> { head.narrow(1, 0, shortlist) };
        for (int cluster = 1; cluster < _shape.Clusters; cluster++)
        {
            parts.Add(head.narrow(1, shortlist + _shape.Clusters - 1 - cluster, 1) + Logits(hidden_ND, cluster).log_softmax(1));
        }

        return cat(parts, 1).MoveToOuterDisposeScope();
    }

    private (Tensor Loss, Tensor Each) Nats(Tensor hidden, int cluster, long[] targets, double scale) => FusedClusterEntropy.Run(
        Narrowed(hidden, cluster), Rows(cluster), DeviceTransfer.To(tensor(targets), hidden.device), scale, GradientPath.IntoGrad);

    private Tensor Logits(Tensor hidden, int cluster)
    {
        var (weight, bias, first, count, moreWeight, moreBias) = Rows(cluster);
        var rows = weight.narrow(0, first, count);
        var biases = bias.narrow(0, first, count);
        return nn.functional.linear(
            Narrowed(hidden, cluster), moreWeight is null ? rows : cat([rows, moreWeight]), moreBias is null ? biases : cat([biases, moreBias]));
    }

    // The projection is stored as [D, width]: hidden states go through it the other way than word vectors do.
    private Tensor Narrowed(Tensor hidden, int cluster) => _projections[cluster] is { } projection ? hidden.matmul(projection.to(hidden.dtype)) : hidden;

    private DecoderRows Rows(int cluster)
    {
        var table = _tables[_tables.Length == 1 ? 0 : cluster];
        int first = _tables.Length == 1 && _shape.DivisorOfWidths == 1 ? _shape.StartOf(cluster) : 0;
        bool isHead = cluster == 0;
        return new DecoderRows(
            table.Weight, table.Bias!, first, _shape.WordsOf(cluster), isHead ? _clusterWeight : null, isHead ? _clusterBias : null);
    }
}
