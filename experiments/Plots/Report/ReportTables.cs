using System.Globalization;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Report;

/// <summary>The tables of a report.</summary>
internal static class ReportTables
{
    /// <summary>A row for each series: means over its seeds.</summary>
    public static ReportTable OfSeries(IReadOnlyList<RunSeries> series)
    {
        var parts = PartsOf(series);
        return new ReportTable(
            "Series: runs that are alike but for their seed; means, ± half of the 95 % confidence interval (Student's t)",
            ["series", "runs", "workers", "parameters", .. Figures(parts)],
            [
                .. series.Select(one => (IReadOnlyList<Cell>)
                [
                    Cell.Of(one.Label), Cell.Of(one.Runs.Count, "N0"), Cell.Of(one.Workers, "N0", one.Runs[0].VirtualWorkers > 0 ? " virtual" : ""),
                    Cell.Of(one.Runs[0].Summary?.Parameters ?? double.NaN, "N0"), .. Figures(one, parts),
                ]),
            ]);
    }

    /// <summary>A row for each run.</summary>
    public static ReportTable OfRuns(IReadOnlyList<RunSeries> series)
    {
        var parts = PartsOf(series);
        return new ReportTable(
            "Runs",
            ["run", "series", "seed", "status", "steps", "epochs", .. Figures(parts)],
            [
                .. series.SelectMany(one => one.Runs.Select(run => (IReadOnlyList<Cell>)
                [
                    Cell.Of(run.Name), Cell.Of(one.Label), Number(run.Option("seed")), Cell.Of(run.Summary?.Status ?? "no summary"), Cell.Of(run.Steps, "N0"),
                    Cell.Of(run.Summary?.Epochs ?? (run.Metrics is [.., var last] ? last.Epoch : double.NaN), "F2"),
                    .. Figures(new RunSeries(one.Number, one.Label, [run]), parts),
                ])),
            ]);
    }

    /// <summary>The options in which runs differ, a row for each run.</summary>
    public static ReportTable OfDifferences(IReadOnlyList<RunData> runs)
    {
        string[] names = [.. Options(runs).Where(name => runs.Select(run => run.Option(name)).Distinct(StringComparer.Ordinal).Count() > 1)];
        return new ReportTable(
            "Options that differ", ["run", .. names],
            [.. runs.Select(run => (IReadOnlyList<Cell>)[Cell.Of(run.Name), .. names.Select(name => Number(run.Option(name)))])]);
    }

    /// <summary>The options that all runs share.</summary>
    public static ReportTable OfCommonOptions(IReadOnlyList<RunData> runs) => new(
        "Options that all runs share", ["option", "value"],
        [
            .. Options(runs).Where(name => runs.Select(run => run.Option(name)).Distinct(StringComparer.Ordinal).Count() == 1)
                .Select(name => (IReadOnlyList<Cell>)[Cell.Of(name), Cell.Of(runs[0].Option(name))]),
        ]);

    private static IEnumerable<string> Options(IReadOnlyList<RunData> runs) => runs.SelectMany(run => run.Options.Keys).Distinct(StringComparer.Ordinal);

    private static IReadOnlyList<int> PartsOf(IReadOnlyList<RunSeries> series) => StepSplit.Shown(StepSplit.Of(series).Select(row => row.Split));

    private static IEnumerable<string> Figures(IReadOnlyList<int> parts) =>
    [
        "test perplexity", "valid perplexity", "true ratio", "wire bytes a step and worker", "words/s", "step ms",
        .. parts.Select(part => $"{StepSplit.Names[part]} ms"),
    ];

    private static IEnumerable<Cell> Figures(RunSeries series, IReadOnlyList<int> parts)
    {
        yield return Mean(series.Mean(run => Perplexities.Final(run, PerplexityKind.Test)), "F2");
        yield return Mean(series.Mean(run => Perplexities.Final(run, PerplexityKind.Valid)), "F2");
        yield return Mean(series.Mean(TrueRatio.Of), "F1");
        yield return Mean(series.Mean(TrueRatio.BytesPerStep), "N0");
        yield return Mean(series.Mean(run => run.Summary?.WordsPerSecond ?? double.NaN), "N0");
        var split = StepSplit.Of(series);
        yield return Cell.Of(1000 * split?.Total ?? double.NaN, "F1");
        foreach (int part in parts)
        {
            yield return Cell.Of(1000 * split?.Parts[part] ?? double.NaN, "F2");
        }
    }

    private static Cell Mean(Estimate estimate, string format) => Cell.Of(
        estimate.Mean, format, estimate.Count < 2 ? "" : " ± " + estimate.HalfWidth.ToString(format, CultureInfo.InvariantCulture));

    private static Cell Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? new Cell(text, value) : Cell.Of(text);
}
