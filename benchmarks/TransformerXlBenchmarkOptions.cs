using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Options of <see cref="TransformerXlBenchmark"/>.</summary>
public sealed record TransformerXlBenchmarkOptions
{
    /// <summary>Steps that are timed.</summary>
    [Option("steps", "steps timed of each program, in turns", Min = 1, Max = 10000)]
    public int Steps { get; init; } = 20;

    /// <summary>Threads of both programs at most.</summary>
    [Option("threads", "threads; 0: all cores. libtorch's layers are given the best of 1, 2, 4, ... and this", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Words.</summary>
    [Option("vocabulary", "words, of log-uniform frequency", Min = 2, Max = 10000000)]
    public int Vocabulary { get; init; } = 33278;

    /// <summary>Clusters.</summary>
    [Option("cutoffs", "ends of the clusters of the adaptive softmax")]
    public string Cutoffs { get; init; } = "2000,10000";

    /// <summary>Layers.</summary>
    [Option("n_layer", "layers", Min = 1, Max = 256)]
    public int NLayer { get; init; } = 4;

    /// <summary>Width.</summary>
    [Option("d_model", "width of hidden states", Min = 2, Max = 65536)]
    public int DModel { get; init; } = 128;

    /// <summary>Heads.</summary>
    [Option("n_head", "heads of attention", Min = 1, Max = 1024)]
    public int NHead { get; init; } = 4;

    /// <summary>Width of a head.</summary>
    [Option("d_head", "width of a head", Min = 1, Max = 65536)]
    public int DHead { get; init; } = 32;

    /// <summary>Feed-forward width.</summary>
    [Option("d_inner", "hidden units of the feed-forward layers", Min = 1, Max = 1048576)]
    public int DInner { get; init; } = 512;

    /// <summary>Sequences.</summary>
    [Option("batch_size", "sequences of a batch", Min = 1, Max = 65536)]
    public int BatchSize { get; init; } = 16;

    /// <summary>Length of segments and memory.</summary>
    [Option("tgt_len", "words of a segment, and of the memory", Min = 1, Max = 65536)]
    public int TgtLen { get; init; } = 64;

    /// <summary>Dropout.</summary>
    [Option("dropout", "dropout probability of hidden states, in both programs", Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }
}
