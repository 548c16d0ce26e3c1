using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Kinds;
using Compression.Tracking.Files;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="PlotRuns"/>.</summary>
public sealed record PlotOptions : PictureOptions
{
    /// <summary>Where the files go.</summary>
    [Option("out", "folder of the pictures; empty: plots/ in the first DIR", IsPath = true)]
    public string Out { get; init; } = "";
}

/// <summary>Draws runs.</summary>
internal sealed class PlotRuns() : Verb<PlotOptions>(
    "plot", "draw runs (PNG, SVG, data, matplotlib script); KIND: " + string.Join(", ", PlotKinds.All().Select(kind => kind.Name)) + $", {PlotKinds.Every}")
{
    public override string Operands => "kind dir...";

    public override IReadOnlyList<string> Examples =>
    [
        "plot all runs", "plot steps runs/dense runs/topk", "plot bandwidth runs --rates 10mbit,1gbit", "plot target runs --perplexity 120 --out pictures",
    ];

    protected override ExitCode Run(PlotOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        string[] folders = [.. command.Operands.Skip(1)];
        if (folders.Length == 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"plot needs a kind of picture and folders of runs: ./run.sh plot {PlotKinds.Every} {command.Operands.FirstOrDefault("runs/NAME")}.");
        }

        var set = PictureSet.Compose(PlotKinds.Find(command.Operands[0]), folders, options, environment);
        if (set.Pictures.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"plot {PlotKinds.Every}: these runs hold no rows in {RunFiles.Metrics}; name others.");
        }

        string target = environment.FullPath(options.Out.Length > 0 ? options.Out : Path.Combine(folders[0], RunFiles.Plots));
        set.Draw(target);
        foreach (string note in set.Notes)
        {
            environment.Screen.Output.WriteLine($"note: {note}");
        }

        foreach (var picture in set.Pictures)
        {
            environment.Screen.Output.WriteLine($"{Path.Combine(target, picture.Name)}.png: {picture.Title}");
        }

        return ExitCode.Success;
    }
}
