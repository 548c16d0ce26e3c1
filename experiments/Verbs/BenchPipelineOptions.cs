using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="BenchPipeline"/>.</summary>
public sealed record BenchPipelineOptions
{
    /// <summary>Numbers of stages.</summary>
    [Option("stages", "numbers of stages, each an MPI rank")]
    public string Stages { get; init; } = "1,2,4";

    /// <summary>Schedules.</summary>
    [Option("schedules", "schedules to compare")]
    public string Schedules { get; init; } = "wavefront,gpipe,1f1b";

    /// <summary>Placement of layers.</summary>
    [Option("placement", "even, or auto")]
    public string Placement { get; init; } = "auto";

    /// <summary>Steps of each run.</summary>
    [Option("steps", "training steps of each run", Min = 1, Max = int.MaxValue)]
    public int Steps { get; init; } = 60;

    /// <summary>Where runs are kept.</summary>
    [Option("out", "folder of the runs; one that is there is read and not run again", IsPath = true)]
    public string Out { get; init; } = "runs/bench-pipeline";
}
