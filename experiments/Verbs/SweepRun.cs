using Compression.Core.Catalog;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Experiments.Sweeps;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="SweepRun"/>.</summary>
public sealed record SweepRunOptions : SweepWorkOptions
{
    /// <summary>What is run.</summary>
    [Option("grid", "grid file (see docs/sweeps.md and experiments/grids/), or the folder of a sweep that goes on", IsPath = true)]
    public string Grid { get; init; } = "";

    /// <summary>Where it lives.</summary>
    [Option("out", "the sweep's folder; empty: runs/NAME, after the grid's name", IsPath = true)]
    public string Out { get; init; } = "";
}

/// <summary>Runs the trials of a grid.</summary>
internal sealed class SweepRun(IReadOnlyList<TrainingVerb> trainers) : SweepWork<SweepRunOptions>(
    "sweep run", "run the trials of a grid; what completed before is not run again")
{
    public override string Operand => "grid";

    public override IReadOnlyList<string> Examples =>
    [
        "sweep run experiments/grids/compressors.yaml --dry_run",
        "sweep run experiments/grids/compressors.yaml --jobs 2 --out runs/compressors",
        "sweep run runs/compressors --retry_failed",
    ];

    protected override SweepSession Open(SweepRunOptions options, CommandEnvironment environment)
    {
        RequireOperand(options.Grid, "a grid file", "experiments/grids/compressors.yaml");
        return SweepSession.Open(options.Grid, options.Out, trainers, environment);
    }
}
