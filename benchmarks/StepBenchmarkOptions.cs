using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Options of <see cref="StepBenchmark"/>.</summary>
public sealed record StepBenchmarkOptions
{
    /// <summary>What is compared where nothing else is asked for.</summary>
    public const string UsualMethods =
        "none; none via allreduce(format=float16); topk(ratio=0.01); topk(ratio=0.001); sign; terngrad; none via powersgd(rank=4)";

    private const int WarmUpSteps = 3;

    /// <summary>MPI ranks.</summary>
    [Option("num_workers", "workers, each an MPI rank", Min = 1, Max = 65536)]
    public int NumWorkers { get; init; } = 2;

    /// <summary>Hosts.</summary>
    [Option("hostfile", "file with the hosts of the ranks, one a line: host, host:2 or host slots=2", IsPath = true)]
    public string Hostfile { get; init; } = "";

    /// <summary>Which methods.</summary>
    [Option("methods", "what is measured, parted by semicolons; 'via' names the exchange")]
    public string Methods { get; init; } = UsualMethods;

    /// <summary>Which model.</summary>
    [Option("model", "model: the PTB LSTM, or Transformer-XL with WikiText-2's vocabulary in clusters and heads of 32", Choices = "ptb-lstm|transformer-xl")]
    public string Model { get; init; } = "ptb-lstm";

    /// <summary>Size of embedding and hidden layers.</summary>
    [Option("num_hid", "size of embedding and hidden layers; of Transformer-XL a multiple of 32", Min = 1, Max = 65536)]
    public int NumHid { get; init; } = 200;

    /// <summary>Layers.</summary>
    [Option("num_layers", "layers", Min = 1, Max = 64)]
    public int NumLayers { get; init; } = 2;

    /// <summary>Columns of a worker's batch.</summary>
    [Option("batch_size", "sequences of a batch, per worker", Min = 1, Max = 65536)]
    public int BatchSize { get; init; } = 20;

    /// <summary>Time steps.</summary>
    [Option("bptt", "time steps of a batch", Min = 1, Max = 65536)]
    public int Bptt { get; init; } = 35;

    /// <summary>H.</summary>
    [Option("local_steps", "steps that each worker takes by itself before an exchange; a step of the figures is then an outer one: all these and the exchange", Min = 1, Max = 10000)]
    public int LocalSteps { get; init; } = 1;

    /// <summary>Threads.</summary>
    [Option("threads", "threads a rank", Min = 1, Max = 1024)]
    public int Threads { get; init; } = 1;

    /// <summary>Steps that are timed.</summary>
    [Option("steps", "steps timed, of which the median is shown", Min = 1, Max = 10000)]
    public int Steps { get; init; } = 15;

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }

    /// <summary>Outer steps that are not timed: at least three steps.</summary>
    internal int WarmUp => (WarmUpSteps + LocalSteps - 1) / LocalSteps;

    /// <summary>Steps of a worker, local ones and those before the timed ones included.</summary>
    public int TotalSteps => (WarmUp + Steps) * LocalSteps;
}
