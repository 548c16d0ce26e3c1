using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>
/// Convergence against bandwidth: perplexity against what a worker sent, then against wall-clock, one panel a link speed. The wall-clock is modelled, but for runs of
/// the lab: those were measured, and stand in the panel of their rate alone.
/// </summary>
internal sealed class BandwidthPanels() : PlotKind(
    "bandwidth", "perplexity against a worker's bytes, and against wall-clock, modelled, or measured for runs of the lab; one panel a link speed")
{
    private const int SymbolsOnALine = 7;

    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForCurves(input.Options.Measure, input.Series);
        var table = new PlotTable(
            "series", "label", "bits_per_second", "step", "seconds", "measured", "perplexity", "perplexity_low", "perplexity_high", "runs", "bytes_per_worker");
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
        int columns = rates.Length <= 3 ? 2 : 3;

        // One pair of axes for all panels: what a slower link costs is seen as a shift.
        var vertical = Axis.OfPerplexities(table.Values("perplexity")).Marked();
        var across = Axis.OfDurations(table.Values("seconds"));
        var sent = Axis.Of(table.Values("bytes_per_worker").DefaultIfEmpty(1), logarithmicFrom: 8).Marked(AxisNumber.Bytes, most: 6).Named("Bytes of one worker");
        return new Picture
        {
            Name = Name,
            Title = $"{title} against bytes and {clock}, by link speed",
            Caption = input.Caption(
                drawn, intervals: true,
                models
                    ? "Modelled, not measured: computing, compressing, decompressing and updating as measured, plus the bits that a worker sent by the speed of its link"
                        + (input.Options.LatencyUs > 0 ? FormattableString.Invariant($" and {input.Options.LatencyUs:G6} us of latency an exchange") : "")
                        + "; nothing overlaps"
                    : "Measured in the lab, over links of these speeds; evaluations included",
                models && measured.Length > 0 ? "Runs marked as measured ran in the lab, over links of this speed, evaluations included" : "",
                Perplexities.Remark(kind),
                vertical.RemarkOnCut),
            Data = table,
            Panels =
            [
                new Panel(
                    sent, vertical.Named(title),
                    [
                        // Whatever the link, the bytes are the same: those of the first at which it is shown.
                        .. shown.GroupBy(series => table.RowsWhere([SeriesMarks.Is(series)]).First()[table.Column("bits_per_second")]).SelectMany(group =>
                            SeriesMarks.Curves([.. group], shown, "bytes_per_worker", table, SymbolsOnALine, ("bits_per_second", group.Key))),
                    ])
                { Title = "Bytes sent" },
                .. rates.Select((rate, i) => new Panel(
                    across.Named(i + columns >= rates.Length ? Capitalized(clock) : ""), vertical.Named((i + 1) % columns == 0 ? title : ""),
                    SeriesMarks.Curves(shown, shown, "seconds", table, SymbolsOnALine, ("bits_per_second", rate.BitsPerSecond)))
                { Title = LinkRates.Label(rate) }),
            ],
            Columns = columns,
            Width = 360,
            Height = 240,
        };
    }

    private static bool AddRows(PlotTable table, RunSeries series, PerplexityKind kind, LinkRate rate, double latency)
    {
        bool measured = LinkRates.MeasuredOf(series.Runs[0]) is not null;
        int before = table.Rows.Count;
        foreach (var point in Curve.Of(series, run => measured ? Curve.Of(run, kind) : BandwidthModel.Curve(run, kind, rate, latency)))
        {
            table.Add(
                series.Number, series.Label, rate.BitsPerSecond, point.Step, point.Seconds, measured ? 1 : 0,
                point.Perplexity.Mean, point.Perplexity.Low, point.Perplexity.High, point.Perplexity.Count, point.Bytes > 0 ? point.Bytes : double.NaN);
        }

        return table.Rows.Count > before;
    }

    private static string Capitalized(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
