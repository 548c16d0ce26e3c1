using System.Globalization;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity at the end, by compressor and by the ratio that it was asked for.</summary>
internal sealed class HeatMap : PlotKind
{
    private const string NoRatio = "none", RatioArgument = "ratio";

    /// <inheritdoc/>
    public override string Name => "heatmap";

    /// <inheritdoc/>
    public override string Summary => "perplexity at the end by compressor and ratio";

    /// <summary>The share of entries that a run was asked to send; null where its compressor has no such option.</summary>
    public static string? RatioOf(RunData run) => SeriesLabels.Terms(SeriesLabels.Composition(run))
        .SelectMany(term => term.Arguments).Where(argument => argument.Key == RatioArgument).Select(argument => argument.Value).FirstOrDefault();

    /// <inheritdoc/>
    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForResults(input.Options.Measure, input.Series);
        (RunSeries Series, string Method, string Ratio, Estimate Perplexity)[] cells =
        [
            .. input.Series.Select(series => (series, MethodOf(series.Runs[0]), RatioOf(series.Runs[0]) ?? NoRatio, series.Mean(run => Perplexities.Final(run, kind))))
                .Where(cell => cell.Item4.Count > 0),
        ];
        string[] methods = [.. cells.Select(cell => cell.Method).Distinct(StringComparer.Ordinal)];
        string[] ratios =
        [
            .. cells.Select(cell => cell.Ratio).Distinct(StringComparer.Ordinal)
                .OrderBy(ratio => ratio == NoRatio ? double.PositiveInfinity : double.Parse(ratio, CultureInfo.InvariantCulture)),
        ];
        if (cells.All(cell => cell.Ratio == NoRatio))
        {
            throw Refuse("runs of a compressor with a ratio, and their perplexity at the end");
        }

        var table = new PlotTable("column", "row", "label", "ratio", "perplexity", "half_width_95", "runs", "series_in_cell");
        foreach (var cell in cells.GroupBy(cell => (cell.Method, cell.Ratio)))
        {
            // What differs in other options shares a cell; the best of them stands for it.
            var best = cell.MinBy(one => one.Perplexity.Mean);
            table.Add(
                Array.IndexOf(ratios, best.Ratio), Array.IndexOf(methods, best.Method), best.Method, best.Ratio, best.Perplexity.Mean, best.Perplexity.HalfWidth,
                best.Perplexity.Count, cell.Count());
        }

        var scale = Axis.OfPerplexities("cb", table.Values("perplexity"));
        string title = Perplexities.Title(kind);
        bool shared = table.Values("series_in_cell").Any(count => count > 1);
        return new Picture
        {
            Name = Name,
            Title = $"{title} at the end, by compressor and ratio",
            Caption = input.Caption(
                [.. cells.Select(cell => cell.Series)], intervals: false,
                "Ratio: share of the entries that the compressor was asked to send; none: it has no such option",
                shared ? "Where runs of a cell differ in other options, the best of them stands for it" : "",
                scale.IsCut ? string.Create(CultureInfo.InvariantCulture, $"Colours end at {scale.High:N0}") : ""),
            Data = table,
            Commands = [.. Commands(methods, ratios, scale)],
            Width = Math.Clamp(420 + (ratios.Length * 110), 700, 1600),
            Height = 170 + (Math.Max(3, methods.Length) * 30),
        };
    }

    // The ratio has an axis of its own.
    private static string MethodOf(RunData run)
    {
        var terms = SeriesLabels.Terms(SeriesLabels.Method(run, [run]).Split(", ")[0]);
        return run.IsDense || terms.Count == 0 ? SeriesLabels.Method(run, [run]) : string.Join('+', terms.Select(term =>
            term.Arguments.Any(argument => argument.Key != RatioArgument)
                ? $"{term.Name}({string.Join(',', term.Arguments.Where(argument => argument.Key != RatioArgument).Select(argument => $"{argument.Key}={argument.Value}"))})"
                : term.Name));
    }

    private IEnumerable<string> Commands(string[] methods, string[] ratios, Axis scale)
    {
        static string Tics(string[] names) => string.Join(", ", names.Select((name, place) => $"{GnuplotText.Quote(name)} {place}"));
        string low = GnuplotText.Number(scale.Low), high = GnuplotText.Number(scale.High);
        string middle = GnuplotText.Number(scale.IsLogarithmic ? Math.Sqrt(scale.Low * scale.High) : (scale.Low + scale.High) / 2);
        yield return "unset key";
        yield return "unset grid";
        yield return "set border 0";

        // From dark blue over grey to yellow, as in the colour map cividis: told apart by lightness alone.
        yield return "set palette defined (0 '#FDEA45', 0.25 '#CBBA69', 0.5 '#948E77', 0.75 '#576071', 1 '#00306F')";
        foreach (string line in scale.Script("", "%g"))
        {
            yield return line;
        }

        yield return $"set xtics ({Tics(ratios)}) scale 0";
        yield return $"set ytics ({Tics(methods)}) scale 0";
        yield return FormattableString.Invariant($"set xrange [-0.5:{ratios.Length - 0.5}]");
        yield return FormattableString.Invariant($"set yrange [{methods.Length - 0.5}:-0.5]");
        yield return "set xlabel 'Ratio asked for'";
        string value = $"(column(5) > {high} ? {high} : column(5) < {low} ? {low} : column(5))";
        yield return Picture.Plot(
        [
            $"{Source} using 1:2:(column(1)-0.48):(column(1)+0.48):(column(2)-0.46):(column(2)+0.46):{value} with boxxyerror fs solid 1 noborder lc palette",
            $"{Source} using 1:2:(sprintf('%.4g', column(5))):(column(5) > {middle} ? 0xFFFFFF : 0x000000) with labels font ',11' textcolor rgb variable",
        ]);
    }
}
