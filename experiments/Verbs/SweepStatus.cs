using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Experiments.Sweeps;
using Spectre.Console;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="SweepStatus"/>.</summary>
public sealed record SweepStatusOptions
{
    /// <summary>Which sweep.</summary>
    [Option("folder", "the sweep's folder", IsPath = true)]
    public string Folder { get; init; } = "";

    /// <summary>Keep the table up to date.</summary>
    [Option("watch", "on a terminal, keep the table up to date until no trial runs any more")]
    public bool Watch { get; init; }
}

/// <summary>Shows how far a sweep is.</summary>
internal sealed class SweepStatus(IReadOnlyList<TrainingVerb> trainers) : Verb<SweepStatusOptions>(
    "sweep status", "a sweep's trials: how far each is, and what it has reached")
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(2);

    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => ["sweep status runs/compressors", "sweep status runs/compressors --watch"];

    protected override ExitCode Run(SweepStatusOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOperand(options.Folder, "a sweep's folder");
        var session = SweepSession.OfFolder(options.Folder, trainers, environment);
        var console = StatusTable.ConsoleOf(environment.Screen);
        if (!options.Watch || environment.Screen.TerminalWidth is null)
        {
            console.Write(StatusTable.Of(session, session.Records()));
            return ExitCode.Success;
        }

        using var stop = environment.ListenForStop();
        var records = session.Records();
        console.Live(StatusTable.Of(session, records)).Start(live =>
        {
            live.Refresh();
            while (session.IsAtWork && !stop.Token.WaitHandle.WaitOne(s_pace))
            {
                records = session.Records();
                live.UpdateTarget(StatusTable.Of(session, records));
            }
        });
        return stop.Reason ?? ExitCode.Success;
    }
}
