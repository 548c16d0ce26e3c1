using System.Globalization;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>
/// Convergence against bandwidth: perplexity against wall-clock, one panel a link speed. It is modelled, but for runs of the lab: those were
/// measured, and stand in the panel of their rate alone.
/// </summary>
internal sealed class BandwidthPanels : PlotKind
{
    private const int PointsOnALine = 7, LegendLine = 19, PanelHeight = 290;

    /// <inheritdoc/>
    public override string Name => "bandwidth";

    /// <inheritdoc/>
    public override string Summary => "perplexity against wall-clock, modelled, or measured for runs of the lab; one panel a link speed";

    /// <inheritdoc/>
    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForCurves(input.Options.Measure, input.Series);
        var table = new PlotTable(
            "series", "label", "bits_per_second", "step", "seconds", "measured", "perplexity", "perplexity_low", "perplexity_high", "runs");
        var runs = input.Runs.Where(run => run.Workers > 1).ToLookup(LinkRates.MeasuredOf);
        bool models = runs[null].Any();
        LinkRate[] measured = [.. runs.Select(group => group.Key).OfType<LinkRate>()];
        LinkRate[] rates = [.. (models ? LinkRates.ParseList(input.Options.Rates) : []).Concat(measured).Distinct().OrderBy(rate => rate.BitsPerSecond)];
        var modelled = SeriesGrouping.Group([.. runs[null]]);
        var legend = new List<RunSeries>();
        var drawn = new List<RunSeries>();
        foreach (var rate in rates)
        {
            var here = SeriesGrouping.Group([.. runs[rate]]).Select(series => series with { Label = models ? series.Label + ", measured" : series.Label });
            foreach (var series in modelled.Concat(here))
            {
                // A method has one colour in all panels.
                var known = legend.Find(other => other.Label == series.Label);
                var shownAs = known ?? series with { Number = legend.Count + 1 };
                if (!AddRows(table, series with { Number = shownAs.Number }, kind, rate, input.Options.LatencyUs * 1e-6))
                {
                    continue;
                }

                drawn.Add(series);
                if (known is null)
                {
                    legend.Add(shownAs);
                }
            }
        }

        RunSeries[] shown = [.. legend.OrderBy(series => !series.IsDense)];
        if (shown.Length == 0)
        {
            throw Refuse("runs of several workers with rows in metrics.csv");
        }

        string clock = models ? "modelled wall-clock" : "wall-clock";
        string title = Perplexities.Title(kind);
        int columns = rates.Length == 1 ? 1 : rates.Length <= 4 ? 2 : 3, rows = (rates.Length + columns - 1) / columns;
        var vertical = Axis.OfPerplexities("y", table.Values("perplexity"));
        return new Picture
        {
            Name = Name,
            Title = $"{title} against {clock}, by link speed",
            Caption = input.Caption(
                drawn, intervals: true,
                models
                    ? "Modelled, not measured: computing, compressing, decompressing and updating as measured, plus the bits that a worker sent by the speed of its link"
                        + (input.Options.LatencyUs > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {input.Options.LatencyUs:G6} us of latency a step") : "")
                        + "; nothing overlaps"
                    : "Measured in the lab, over links of these speeds; evaluations included",
                models && measured.Length > 0 ? "Runs marked as measured ran in the lab, over links of this speed, evaluations included" : "",
                kind == PerplexityKind.Train ? "Training perplexity is the mean over a log interval" : "",
                vertical.IsCut ? string.Create(CultureInfo.InvariantCulture, $"Cut above {vertical.High:N0}") : ""),
            Data = table,
            Commands =
            [
                vertical.Inside, "at_rate(series, rate, field) = column(3) == rate ? pick(series, field) : NaN",
                .. Commands(shown, rates, table, vertical, title, clock, columns, rows),
            ],
            Width = WidthOf(shown),
            Height = 60 + Math.Max(rows * PanelHeight, LegendLine * (shown.Length + 2)),
        };
    }

    private static int WidthOf(IReadOnlyList<RunSeries> shown) => 860 + Picture.RoomFor(shown);

    private static bool AddRows(PlotTable table, RunSeries series, PerplexityKind kind, LinkRate rate, double latency)
    {
        bool measured = LinkRates.MeasuredOf(series.Runs[0]) is not null;
        int before = table.Rows.Count;
        var curves = series.Comparable.Select(run => measured ? Curve.Of(run, kind) : BandwidthModel.Curve(run, kind, rate, latency)).Where(curve => curve.Count > 0).ToArray();
        foreach (var step in curves.SelectMany(curve => curve).GroupBy(point => point.Step).Where(group => group.Count() == curves.Length).OrderBy(group => group.Key))
        {
            var perplexity = Estimate.Of(step.Select(point => point.Perplexity));
            table.Add(
                series.Number, series.Label, rate.BitsPerSecond, step.Key, step.Average(point => point.Seconds), measured ? 1 : 0,
                perplexity.Mean, perplexity.Low, perplexity.High, perplexity.Count);
        }

        return table.Rows.Count > before;
    }

    private IEnumerable<string> Commands(
        IReadOnlyList<RunSeries> shown, LinkRate[] rates, PlotTable table, Axis vertical, string title, string clock, int columns, int rows)
    {
        double total = WidthOf(shown), left = 90 / total, right = 1 - ((Picture.RoomFor(shown) + 30) / total);
        double gap = 55 / total, width = (right - left - (gap * (columns - 1))) / columns;
        yield return "set multiplot";
        yield return Picture.TitleOverPanels;
        yield return "unset key";
        yield return FormattableString.Invariant($"panel = (1 - 36*point - caption_top)/{rows}");
        // One axis for all panels: what a slower link costs is seen as a shift.
        foreach (string line in vertical.Script(title, "%g").Concat(TimeAxis.Script("x", table.Values("seconds"), Capitalized(clock))))
        {
            yield return line;
        }

        for (int i = 0; i < rates.Length; i++)
        {
            var rate = rates[i];
            int row = i / columns, column = i % columns;
            yield return FormattableString.Invariant($"set lmargin at screen {left + (column * (width + gap)):F4}");
            yield return FormattableString.Invariant($"set rmargin at screen {left + (column * (width + gap)) + width:F4}");
            yield return FormattableString.Invariant($"set tmargin at screen 1 - 62*point - {row}*panel");
            yield return FormattableString.Invariant($"set bmargin at screen 1 - 36*point - {row + 1}*panel + 52*point");
            yield return $"set title {GnuplotText.Quote(LinkRates.Label(rate))} font ',12' offset 0, -0.6";
            yield return i + columns >= rates.Length ? $"set xlabel {GnuplotText.Quote(Capitalized(clock))}" : "unset xlabel";
            yield return column == 0 ? $"set ylabel {GnuplotText.Quote(title)}" : "unset ylabel";
            yield return Picture.Plot(shown.SelectMany(series => Band(series, shown, table, rate))
                .Concat(shown.OrderBy(series => series.IsDense).Select(series => Line(series, shown, table, rate))));
            yield return "unset label";
        }

        foreach (string line in Picture.LegendPanel(right + (20 / total), shown.Select(series => (series.Label, SeriesStyle.Of(series, shown)))))
        {
            yield return line;
        }
    }

    private IEnumerable<string> Band(RunSeries series, IReadOnlyList<RunSeries> shown, PlotTable table, LinkRate rate)
    {
        if (series.Runs.Count > 1)
        {
            string ends = $"(inside({Value(series, table, rate, "perplexity_low")})):(inside({Value(series, table, rate, "perplexity_high")}))";
            string fill = SeriesStyle.Of(series, shown).Fill(0.2);
            yield return $"{Source} using ({Value(series, table, rate, "seconds")}):{ends} with filledcurves {fill} notitle";
        }
    }

    private string Line(RunSeries series, IReadOnlyList<RunSeries> shown, PlotTable table, LinkRate rate)
    {
        int points = table.Rows.Count(row => (int)row[0] == series.Number && (double)row[2] == rate.BitsPerSecond);
        string style = SeriesStyle.Of(series, shown).Line(Math.Max(1, points / PointsOnALine));
        return $"{Source} using ({Value(series, table, rate, "seconds")}):({Value(series, table, rate, "perplexity")}) with linespoints {style} notitle";
    }

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Value(RunSeries series, PlotTable table, LinkRate rate, string column) =>
        $"at_rate({series.Number},{GnuplotText.Number(rate.BitsPerSecond)},{table.Column(column)})";
}
