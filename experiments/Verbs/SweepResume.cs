using Compression.Core.Catalog;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Experiments.Sweeps;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="SweepResume"/>.</summary>
public sealed record SweepResumeOptions : SweepWorkOptions
{
    /// <summary>Which sweep.</summary>
    [Option("folder", "the sweep's folder", IsPath = true)]
    public string Folder { get; init; } = "";
}

/// <summary>Goes on with a sweep's folder.</summary>
internal sealed class SweepResume(IReadOnlyList<TrainingVerb> trainers) : SweepWork<SweepResumeOptions>(
    "sweep resume", "go on with a sweep that was cut off, from the newest checkpoints")
{
    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => ["sweep resume runs/compressors --jobs 2", "sweep resume runs/compressors --retry_failed"];

    protected override SweepSession Open(SweepResumeOptions options, CommandEnvironment environment)
    {
        RequireOperand(options.Folder, "a sweep's folder");
        return SweepSession.OfFolder(options.Folder, trainers, environment);
    }
}
