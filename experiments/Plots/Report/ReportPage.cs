using System.Reflection;
using Compression.Core.Reporting;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Report;

/// <summary>A drawn picture and the SVG file's content.</summary>
internal sealed record DrawnPicture(Picture Picture, string Svg);

/// <summary>One HTML page about some runs, which needs no network and no other file.</summary>
internal sealed record ReportPage
{
    /// <summary>What the page is about.</summary>
    public required string Title { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>All series.</summary>
    public required IReadOnlyList<RunSeries> Series { get; init; }

    /// <summary>In the order of the page.</summary>
    public required IReadOnlyList<DrawnPicture> Pictures { get; init; }

    /// <summary>Pictures that were not drawn, and what is missing or damaged: one line each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The page.</summary>
    public override string ToString()
    {
        var page = new Html();
        RunData[] runs = [.. Series.SelectMany(series => series.Runs)];
        page.Raw("<!DOCTYPE html>\n");
        page.Element("html", ["lang", "en"], () =>
        {
            page.Element("head", [], () =>
            {
                page.Element("meta", ["charset", "utf-8"]);
                page.Element("meta", ["name", "viewport", "content", "width=device-width, initial-scale=1"]);
                page.Element("title", Title);
                page.Element("style", [], () => page.Raw(Asset("report.css")));
            });
            page.Element("body", [], () =>
            {
                page.Element("h1", Title);
                page.Element("p", FormattableString.Invariant(
                    $"{runs.Length} {Plural.Of(runs.Length, "run")} in {Series.Count} series, {Made:yyyy-MM-dd HH:mm zzz}. Click on a column's head to sort."));
                Results(page, runs);
                foreach (var drawn in Pictures)
                {
                    Figure(page, drawn);
                }

                Configuration(page, runs);
                page.Element("script", [], () => page.Raw(Asset("report.js")));
            });
        });
        return page.ToString();
    }

    private void Results(Html page, RunData[] runs)
    {
        page.Element("h2", "Results");
        ReportTables.OfSeries(Series).Write(page);
        Fold(page, "Single runs", () => ReportTables.OfRuns(Series).Write(page), open: runs.Length == Series.Count);
        if (Notes.Count > 0)
        {
            Fold(page, "Notes", () => page.Element("ul", [], () => Notes.ToList().ForEach(note => page.Element("li", note))), open: true);
        }

        page.Element("h2", "Pictures");
    }

    // Its caption is part of it.
    private static void Figure(Html page, DrawnPicture drawn) => page.Element(
        "figure", ["id", drawn.Picture.Name], () => page.Raw(InlineSvg.Of(drawn.Svg, drawn.Picture.Name, drawn.Picture.Title)).Raw("\n"));

    private static void Configuration(Html page, RunData[] runs)
    {
        page.Element("h2", "Configuration and environment");
        if (runs.Length > 1)
        {
            Fold(page, "Options that differ", () => ReportTables.OfDifferences(runs).Write(page), open: false);
        }

        Fold(page, "Options that all runs share", () => ReportTables.OfCommonOptions(runs).Write(page), open: false);
        foreach (var run in runs.Where(run => run.Machine is not null))
        {
            Fold(page, $"Environment of {run.Name}", () => page.Element("pre", run.Machine!.Text), open: false);
        }
    }

    private static void Fold(Html page, string title, Action content, bool open) => page.Element("details", open ? ["open", "open"] : [], () =>
    {
        page.Element("summary", title);
        content();
    });

    private static string Asset(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
