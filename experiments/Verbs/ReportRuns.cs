using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Report;
using Compression.Tracking.Files;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="ReportRuns"/>.</summary>
public sealed record ReportOptions : PictureOptions
{
    /// <summary>The page.</summary>
    [Option("out", "file of the page; empty: report.html in the first DIR; the pictures go into plots/ beside it", IsPath = true)]
    public string Out { get; init; } = "";
}

/// <summary>Writes one page about runs.</summary>
internal sealed class ReportRuns() : Verb<ReportOptions>(
    "report", "one HTML page about runs: tables that sort, pictures, configuration, environment; needs no network")
{
    private const string Page = "report.html";

    public override string Operands => "dir...";

    public override IReadOnlyList<string> Examples => ["report runs", "report runs/dense runs/topk --out comparison.html"];

    protected override ExitCode Run(ReportOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        var folders = command.Operands;
        RequireOperand(folders.FirstOrDefault(""), "folders of runs");

        var set = PictureSet.Compose(PlotKinds.All(), folders, options, environment);
        string file = environment.FullPath(options.Out.Length > 0 ? options.Out : Path.Combine(folders[0], Page));
        string pictures = Path.Combine(Path.GetDirectoryName(file)!, RunFiles.Plots);
        set.Draw(pictures);
        var page = new ReportPage
        {
            Title = "Report on " + string.Join(", ", folders.Select(folder => Path.GetFileName(Path.TrimEndingDirectorySeparator(environment.FullPath(folder))))),
            Made = environment.Time.GetLocalNow(),
            Series = set.Input.Series,
            Pictures = [.. set.Pictures.Select(picture => new DrawnPicture(picture, File.ReadAllText(Path.Combine(pictures, picture.Name + ".svg"))))],
            Notes = set.Notes,
        };
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, page.ToString());
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Failure, $"--out {options.Out}: cannot be written ({WriteFailure.OneLine(cause.Message)}); choose another --out.", cause);
        }

        foreach (string note in set.Notes)
        {
            environment.Screen.Output.WriteLine($"note: {note}");
        }

        environment.Screen.Output.WriteLine($"{file}: {set.Input.Runs.Count()} {Plural.Of(set.Input.Runs.Count(), "run")}, {set.Pictures.Count} {Plural.Of(set.Pictures.Count, "picture")}");
        return ExitCode.Success;
    }
}
