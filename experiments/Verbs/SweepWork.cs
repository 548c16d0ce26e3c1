using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Sweeps;

namespace Compression.Experiments.Verbs;

/// <summary>What <see cref="SweepRun"/> and <see cref="SweepResume"/> share.</summary>
public record SweepWorkOptions
{
    /// <summary>Trials at a time.</summary>
    [Option("jobs", "trials at a time; the cores are dealt out among them", Min = 1, Max = 1024)]
    public int Jobs { get; init; } = 1;

    /// <summary>Only show what would run.</summary>
    [Option("dry_run", "print the trials and an estimate of time, memory and disk; write nothing")]
    public bool DryRun { get; init; }

    /// <summary>Try failed trials again.</summary>
    [Option("retry_failed", "try trials again that failed before")]
    public bool RetryFailed { get; init; }
}

/// <summary>Runs what is left of a sweep, or shows it.</summary>
internal abstract class SweepWork<TOptions>(string name, string summary) : Verb<TOptions>(name, summary)
    where TOptions : SweepWorkOptions, new()
{
    protected override ExitCode Run(TOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        var session = Open(options, environment);
        if (!options.DryRun)
        {
            return session.Run(options.Jobs, options.RetryFailed, environment);
        }

        SweepEstimate.Print(session, options.Jobs, options.RetryFailed, environment);
        return ExitCode.Success;
    }

    /// <summary>Opens the sweep.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: there is none.</exception>
    protected abstract SweepSession Open(TOptions options, CommandEnvironment environment);
}
