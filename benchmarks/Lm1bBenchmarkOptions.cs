using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Options of <see cref="Lm1bBenchmark"/>; the sizes are those of the published model.</summary>
public sealed record Lm1bBenchmarkOptions
{
    /// <summary>Steps that are timed.</summary>
    [Option("steps", "steps timed of each program, in turns", Min = 1, Max = 10000)]
    public int Steps { get; init; } = 10;

    /// <summary>Threads of both programs at most.</summary>
    [Option("threads", "threads; 0: all cores. libtorch's layers are given the best of 1, 2, 4, ... and this", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Words.</summary>
    [Option("vocab_size", "words; 0: the published 793470 where the memory has room for their tables, else 100000", Min = 0, Max = 10000000)]
    public int VocabSize { get; init; }

    /// <summary>Sequences.</summary>
    [Option("batch_size", "sequences of a batch", Min = 1, Max = 65536)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Time steps.</summary>
    [Option("num_steps", "time steps of a batch", Min = 1, Max = 65536)]
    public int NumSteps { get; init; } = 20;

    /// <summary>Length of a word's vector.</summary>
    [Option("emb_size", "length of a word's vector", Min = 1, Max = 65536)]
    public int EmbSize { get; init; } = 512;

    /// <summary>Cells.</summary>
    [Option("state_size", "cells of the LSTM layer", Min = 1, Max = 65536)]
    public int StateSize { get; init; } = 2048;

    /// <summary>Length of the layer's output.</summary>
    [Option("projected_size", "length that the layer's output is projected to", Min = 1, Max = 65536)]
    public int ProjectedSize { get; init; } = 512;

    /// <summary>Candidates.</summary>
    [Option("num_sampled", "words drawn for the sampled softmax", Min = 1, Max = 1048576)]
    public int NumSampled { get; init; } = 8192;

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }
}
