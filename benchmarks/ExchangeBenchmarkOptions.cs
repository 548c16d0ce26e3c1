using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Options of <see cref="ExchangeBenchmark"/>.</summary>
public sealed record ExchangeBenchmarkOptions
{
    /// <summary>MPI ranks.</summary>
    [Option("num_workers", "workers, each an MPI rank", Min = 2, Max = 65536)]
    public int NumWorkers { get; init; } = 2;

    /// <summary>Workers in one process.</summary>
    [Option("virtual_workers", "workers simulated one after another in one process, for bytes and not for times; 0: none", Min = 0, Max = 1024)]
    public int VirtualWorkers { get; init; }

    /// <summary>Hosts.</summary>
    [Option("hostfile", "file with the hosts of the ranks, one a line: host, host:2 or host slots=2", IsPath = true)]
    public string Hostfile { get; init; } = "";

    /// <summary>Rows.</summary>
    [Option("rows", "rows of the gradient's one matrix", Min = 1, Max = 1_000_000)]
    public int Rows { get; init; } = 1000;

    /// <summary>Columns.</summary>
    [Option("columns", "its columns, and the elements of the gradient's one vector", Min = 1, Max = 1_000_000)]
    public int Columns { get; init; } = 1000;

    /// <summary>Which compositions.</summary>
    [Option("methods", "what is measured, as in 'none; topk(ratio=0.01); none via powersgd(rank=4)'; empty: every exchange")]
    public string Methods { get; init; } = "";

    /// <summary>The collectives by themselves.</summary>
    [Option("collectives", "measure, instead of exchanges, the collectives below them: dense all-reduce, all-gathers, and the rate at which they fill links")]
    public bool Collectives { get; init; }

    /// <summary>Threads.</summary>
    [Option("threads", "threads a rank", Min = 1, Max = 1024)]
    public int Threads { get; init; } = 1;

    /// <summary>Repeats.</summary>
    [Option("repeats", "measurements, of which the median is shown", Min = 1, Max = 10000)]
    public int Repeats { get; init; } = 15;

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }
}
