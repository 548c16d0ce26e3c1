using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="BenchScaling"/>.</summary>
public sealed record BenchScalingOptions
{
    /// <summary>Numbers of machines.</summary>
    [Option("machines", "numbers of machines; efficiency is against the first")]
    public string Machines { get; init; } = "1,2";

    /// <summary>Ranks of each.</summary>
    [Option("workers_per_machine", "ranks of a machine; the published set-ups have 8, one a GPU", Min = 1, Max = 1024)]
    public int WorkersPerMachine { get; init; } = 1;

    /// <summary>Hosts of the ranks.</summary>
    [Option("hostfile", "file with the hosts of the ranks, one a line: host, host:2 or host slots=2; empty: all ranks on this host", IsPath = true)]
    public string Hostfile { get; init; } = "";

    /// <summary>Steps of each run.</summary>
    [Option("steps", "steps timed in each run, after three that are not", Min = 1, Max = int.MaxValue)]
    public int Steps { get; init; } = 20;

    /// <summary>Threads of a rank.</summary>
    [Option("threads", "threads a rank; 0: cores by ranks of the largest number of machines on one host, the same in all runs", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Where runs are kept.</summary>
    [Option("out", "folder of the runs; one that is there is read and not run again", IsPath = true)]
    public string Out { get; init; } = "runs/bench-scaling";
}
