using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Options of <see cref="TrainingBenchmark"/>.</summary>
public sealed record TrainingBenchmarkOptions
{
    /// <summary>Steps that are timed.</summary>
    [Option("steps", "steps timed of each program, in turns", Min = 1, Max = 10000)]
    public int Steps { get; init; } = 20;

    /// <summary>Threads of both programs at most.</summary>
    [Option("threads", "threads; 0: all cores. libtorch's layers are given the best of 1, 2, 4, ... and this", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>The recurrent cell.</summary>
    [Option("model", "recurrent cell", Choices = "lstm|gru")]
    public string Model { get; init; } = "lstm";

    /// <summary>Size of embedding and hidden layers.</summary>
    [Option("num_hid", "size of embedding and hidden layers", Min = 1, Max = 65536)]
    public int NumHid { get; init; } = 700;

    /// <summary>Recurrent layers.</summary>
    [Option("num_layers", "recurrent layers", Min = 1, Max = 64)]
    public int NumLayers { get; init; } = 2;

    /// <summary>Columns of the batch.</summary>
    [Option("batch_size", "sequences of a batch", Min = 1, Max = 65536)]
    public int BatchSize { get; init; } = 20;

    /// <summary>Time steps.</summary>
    [Option("bptt", "time steps of a batch", Min = 1, Max = 65536)]
    public int Bptt { get; init; } = 35;

    /// <summary>Dropout.</summary>
    [Option("dropout", "dropout probability, in both programs", Min = 0, Max = 1, MaxExclusive = true)]
    public double Dropout { get; init; } = 0.2;

    /// <summary>What the split is shown with.</summary>
    [Option("compressor", "compressor of our step; the comparison with libtorch is fair with none", MinExclusive = false)]
    public string Compressor { get; init; } = "none";

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }
}
