using System.Globalization;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity at the end, by compressor and by the ratio that it was asked for.</summary>
internal sealed class HeatMap() : PlotKind("heatmap", "perplexity at the end by compressor and ratio")
{
    private const string NoRatio = "none", RatioArgument = "ratio";

    /// <summary>The share of entries that a run was asked to send; null where its compressor has no such option.</summary>
    public static string? RatioOf(RunData run) => SeriesLabels.Terms(SeriesLabels.Composition(run))
        .SelectMany(term => term.Arguments).Where(argument => argument.Key == RatioArgument).Select(argument => argument.Value).FirstOrDefault();

    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForResults(input.Options.Measure, input.Series);
        (RunSeries Series, string Method, string Ratio, Estimate Perplexity)[] found =
        [
            .. input.Series.Select(series => (series, MethodOf(series.Runs[0]), RatioOf(series.Runs[0]) ?? NoRatio, series.Mean(run => Perplexities.Final(run, kind))))
                .Where(cell => cell.Item4.Count > 0),
        ];
        string[] methods = [.. found.Select(cell => cell.Method).Distinct(StringComparer.Ordinal)];
        string[] ratios =
        [
            .. found.Select(cell => cell.Ratio).Distinct(StringComparer.Ordinal)
                .OrderBy(ratio => ratio == NoRatio ? double.PositiveInfinity : double.Parse(ratio, CultureInfo.InvariantCulture)),
        ];
        if (found.All(cell => cell.Ratio == NoRatio))
        {
            throw Refuse("runs of a compressor with a ratio, and their perplexity at the end");
        }

        var table = new PlotTable("column", "row", "label", "ratio", "perplexity", "half_width_95", "runs", "series_in_cell");
        foreach (var cell in found.GroupBy(cell => (cell.Method, cell.Ratio)))
        {
            // What differs in other options shares a cell; the best of them stands for it.
            var best = cell.MinBy(one => one.Perplexity.Mean);
            table.Add(
                Array.IndexOf(ratios, best.Ratio), Array.IndexOf(methods, best.Method), best.Method, best.Ratio, best.Perplexity.Mean, best.Perplexity.HalfWidth,
                best.Perplexity.Count, cell.Count());
        }

        string title = Perplexities.Title(kind);
        var scale = Axis.OfPerplexities(table.Values("perplexity")).Marked(most: 6);
        Field column = "column", line = "row";
        var cells = new BoxMark(column - 0.48, column + 0.48, line - 0.46, line + 0.46, SeriesStyle.Grey) { Text = "perplexity", Shade = "perplexity" };
        bool shared = table.Values("series_in_cell").Any(count => count > 1);
        return new Picture
        {
            Name = Name,
            Title = $"{title} at the end, by compressor and ratio",
            Caption = input.Caption(
                [.. found.Select(cell => cell.Series)], intervals: false,
                "Ratio: share of the entries that the compressor was asked to send; none: it has no such option",
                shared ? "Where runs of a cell differ in other options, the best of them stands for it" : "",
                scale.IsCut ? FormattableString.Invariant($"Colours end at {scale.High:N0}") : ""),
            Data = table,
            Panels = [new Panel(Axis.OfNames(ratios, isVertical: false).Named("Ratio asked for"), Axis.OfNames(methods, isVertical: true), [cells]) { Shades = scale }],
            Width = Math.Clamp(ratios.Length * 110, 330, 1100),
            Height = Math.Max(4, methods.Length) * 34,
        };
    }

    // The ratio has an axis of its own.
    private static string MethodOf(RunData run)
    {
        var terms = SeriesLabels.Terms(SeriesLabels.Compression(run, [run]).Split(", ")[0]);
        return run.SendsAll || terms.Count == 0 ? SeriesLabels.Method(run, [run]) : string.Join('+', terms.Select(term =>
            term.Arguments.Any(argument => argument.Key != RatioArgument)
                ? $"{term.Name}({string.Join(',', term.Arguments.Where(argument => argument.Key != RatioArgument).Select(argument => $"{argument.Key}={argument.Value}"))})"
                : term.Name)) + SeriesLabels.LocalSteps(run);
    }
}
