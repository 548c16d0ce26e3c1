using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Which of some words belong to which cluster of the vocabulary.</summary>
internal sealed class ClusterAssignment
{
    private readonly TransformerXlShape _shape;
    private readonly long[][] _positions;
    private readonly long[][] _words;

    /// <param name="shape">The clusters.</param>
    /// <param name="ids">Words.</param>
    public ClusterAssignment(TransformerXlShape shape, ReadOnlySpan<long> ids)
    {
        _shape = shape;
        Count = ids.Length;
        Span<int> counts = stackalloc int[shape.Clusters];
        foreach (long id in ids)
        {
            counts[ClusterOf(id)]++;
        }

        _positions = new long[shape.Clusters][];
        _words = new long[shape.Clusters][];
        for (int cluster = 0; cluster < shape.Clusters; cluster++)
        {
            _positions[cluster] = new long[counts[cluster]];
            _words[cluster] = new long[counts[cluster]];
        }

        counts.Clear();
        for (int i = 0; i < ids.Length; i++)
        {
            int cluster = ClusterOf(ids[i]);
            int at = counts[cluster]++;
            _positions[cluster][at] = i;
            _words[cluster][at] = ids[i] - shape.StartOf(cluster);
        }
    }

    /// <summary>Reads the words of a tensor.</summary>
    /// <param name="shape">The clusters.</param>
    /// <param name="ids">Int64, on the host.</param>
    public static ClusterAssignment Of(TransformerXlShape shape, Tensor ids)
    {
        using var whole = ids.contiguous();
        return new ClusterAssignment(shape, MemoryMarshal.Cast<byte, long>(whole.bytes));
    }

    /// <summary>Words in all.</summary>
    public int Count { get; }

    /// <summary>Where a cluster's words stand, ascending.</summary>
    public long[] Positions(int cluster) => _positions[cluster];

    /// <summary>A cluster's words in the same order, counted from its first.</summary>
    public long[] Words(int cluster) => _words[cluster];

    /// <summary>The columns of the head: its own words, and for a word of cluster i the column i from the end.</summary>
    public long[] HeadTargets()
    {
        long[] targets = new long[Count];
        for (int cluster = 0; cluster < _shape.Clusters; cluster++)
        {
            for (int i = 0; i < _positions[cluster].Length; i++)
            {
                targets[_positions[cluster][i]] = cluster == 0 ? _words[0][i] : _shape.WordsOf(0) + _shape.Clusters - 1 - cluster;
            }
        }

        return targets;
    }

    private int ClusterOf(long id)
    {
        int cluster = 0;
        while (cluster < _shape.Cutoffs.Length && id >= _shape.Cutoffs[cluster])
        {
            cluster++;
        }

        return cluster;
    }
}
