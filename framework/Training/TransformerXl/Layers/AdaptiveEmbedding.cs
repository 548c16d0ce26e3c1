using Compression.Torch.Autograd;
using Compression.Torch.Devices;
using Compression.Torch.Fused;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// Word vectors, narrower for the clusters of rarer words where the shape says so, projected to the model's width and multiplied by its
/// square root (Baevski and Auli 2019). A table's gradient touches the rows that were looked up, and no others.
/// </summary>
internal sealed class AdaptiveEmbedding : nn.Module
{
    private readonly TransformerXlShape _shape;
    private readonly Affine[] _tables;
    private readonly Parameter[] _projections;

    public AdaptiveEmbedding(TransformerXlShape shape)
        : base(nameof(AdaptiveEmbedding))
    {
        _shape = shape;
        int tables = shape.DivisorOfWidths == 1 ? 1 : shape.Clusters;
        _tables = [.. Enumerable.Range(0, tables).Select(i =>
            Affine.Linear(tables == 1 && shape.DivisorOfWidths == 1 ? shape.Vocabulary : shape.WordsOf(i), shape.WidthOf(i)))];
        _projections = shape.Projects
            ? [.. Enumerable.Range(0, tables).Select(i => nn.Parameter(empty(shape.ModelWidth, shape.WidthOf(i))))]
            : [];
        var layers = new NumberedParts("emb_layers");
        for (int i = 0; i < tables; i++)
        {
            layers.register_module($"{i}", _tables[i]);
        }

        register_module("emb_layers", layers);
        if (_projections.Length > 0)
        {
            var projections = new NumberedParts("emb_projs");
            for (int i = 0; i < tables; i++)
            {
                projections.register_parameter($"{i}", _projections[i]);
            }

            register_module("emb_projs", projections);
        }
    }

    /// <summary>The weight of a table.</summary>
    public Parameter Table(int table) => _tables[table].Weight;

    /// <summary>The projection of a table, [D, width].</summary>
    public Parameter Projection(int table) => _projections[table];

    /// <param name="ids_TB">Int64, each in [0, V); on the host.</param>
    /// <returns>[T, B, D].</returns>
    public Tensor Forward(Tensor ids_TB)
    {
        var rows = _tables.Length == 1
            ? Project(Look(0, ids_TB), 0)
            : FromClusters(ids_TB).view([.. ids_TB.shape, _shape.ModelWidth]);
        return rows * Math.Sqrt(_shape.ModelWidth);
    }

    private Tensor Look(int table, Tensor words)
    {
        var weight = _tables[table].Weight;
        return FusedEmbedding.Rows(weight, DeviceTransfer.To(words, weight.device), GradientPath.IntoGrad);
    }

    private Tensor Project(Tensor rows, int table) => _projections.Length == 0
        ? rows
        : FusedLinear.Apply(rows, _projections[table], path: GradientPath.IntoGrad);

    // Words are looked up cluster by cluster, then brought back into their order.
    private Tensor FromClusters(Tensor ids_TB)
    {
        var clusters = ClusterAssignment.Of(_shape, ids_TB);
        var parts = new List<Tensor>();
        long[] place = new long[clusters.Count];
        long next = 0;
        for (int cluster = 0; cluster < _shape.Clusters; cluster++)
        {
            if (clusters.Positions(cluster) is { Length: > 0 } positions)
            {
                foreach (long position in positions)
                {
                    place[position] = next++;
                }

                parts.Add(Project(Look(cluster, tensor(clusters.Words(cluster))), cluster));
            }
        }

        return DeviceOperators.Rows(cat(parts), DeviceTransfer.To(tensor(place), _tables[0].Weight.device));
    }
}
