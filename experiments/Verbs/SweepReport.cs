using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Experiments.Sweeps;
using Compression.Tracking.Files;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="SweepReport"/>.</summary>
public sealed record SweepReportOptions
{
    /// <summary>Which sweep.</summary>
    [Option("folder", "the sweep's folder", IsPath = true)]
    public string Folder { get; init; } = "";

    /// <summary>What the others are compared with.</summary>
    [Option("baseline", "the row that the others are compared with seed by seed (paired t-test), as 'compressor=none init_lr=20'; empty: none")]
    public string Baseline { get; init; } = "";
}

/// <summary>Shows what a sweep has found.</summary>
internal sealed class SweepReport(IReadOnlyList<TrainingVerb> trainers) : Verb<SweepReportOptions>(
    "sweep report", "a sweep's results over its seeds; also as table.md and results.csv")
{
    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => ["sweep report runs/compressors", "sweep report runs/compressors --baseline compressor=none"];

    protected override ExitCode Run(SweepReportOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOperand(options.Folder, "a sweep's folder");
        var session = SweepSession.OfFolder(options.Folder, trainers, environment);
        var records = session.Records();
        int completed = records.Count(record => record.State == TrialState.Completed);
        string table = ReportTables.Markdown(session.Plan, records, options.Baseline);
        string heading = FormattableString.Invariant(
            $"{session.Plan.Grid.Name}: {completed} of {records.Count} {Plural.Of(records.Count, "trial")} completed; {session.Plan.Grid.Metric.Name}: mean ± half its 95 % interval over seeds");
        AtomicFile.WriteText(session.Folder.Table, $"{heading}\n\n{table}");
        AtomicFile.WriteText(session.Folder.Results, ReportTables.Csv(session.Plan, records));
        environment.Screen.Output.WriteLine(heading);
        environment.Screen.Output.WriteLine();
        environment.Screen.Output.Write(table);
        return ExitCode.Success;
    }
}
