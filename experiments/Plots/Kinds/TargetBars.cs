using System.Globalization;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Seconds and bytes until a perplexity is reached, as bars beside each other.</summary>
internal sealed class TargetBars : PlotKind
{
    /// <inheritdoc/>
    public override string Name => "target";

    /// <inheritdoc/>
    public override string Summary => "time and bytes until a perplexity is reached";

    /// <summary>The lowest perplexity that every run reaches, rounded up to a tenth.</summary>
    public static double CommonTarget(IEnumerable<RunData> runs, PerplexityKind kind) =>
        Math.Ceiling(10 * runs.Select(run => Curve.Of(run, kind)).Where(curve => curve.Count > 0).Max(curve => curve.Min(point => point.Perplexity))) / 10;

    /// <inheritdoc/>
    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForCurves(input.Options.Measure, input.Series);
        RunSeries[] shown = [.. input.Series.Where(series => series.Runs.Any(run => Curve.Of(run, kind).Count > 0))];
        if (shown.Length == 0)
        {
            throw Refuse("rows in metrics.csv or evaluations.csv");
        }

        double target = input.Options.Perplexity > 0 ? input.Options.Perplexity : CommonTarget(shown.SelectMany(series => series.Runs), kind);
        var table = new PlotTable(
            "series", "label", "row", "target_perplexity", "runs", "runs_that_reached_it", "seconds", "seconds_low", "seconds_high", "bytes_per_worker",
            "bytes_low", "bytes_high");
        for (int row = 0; row < shown.Length; row++)
        {
            CurvePoint[] reached = [.. shown[row].Runs.Select(run => Curve.FirstAt(Curve.Of(run, kind), target)).OfType<CurvePoint>()];
            Estimate seconds = Estimate.Of(reached.Select(point => point.Seconds)), bytes = Estimate.Of(reached.Select(point => point.Bytes));
            table.Add(
                shown[row].Number, shown[row].Label, row, target, shown[row].Runs.Count, reached.Length, seconds.Mean, Math.Max(0, seconds.Low), seconds.High,
                bytes.Mean, Math.Max(0, bytes.Low), bytes.High);
        }

        string goal = string.Create(CultureInfo.InvariantCulture, $"{Perplexities.Title(kind).ToLowerInvariant()} {target:G6}");
        if (!table.Values("seconds").Any())
        {
            throw Refuse($"a run that reached {goal}; lower demands are higher numbers of --perplexity");
        }

        return new Picture
        {
            Name = Name,
            Title = $"Time and bytes until {goal}",
            Caption = input.Caption(
                shown, intervals: true,
                input.Options.Perplexity > 0 ? "" : "The target is the best that the weakest run reached",
                kind == PerplexityKind.Train ? "Training perplexity is the mean over a log interval" : "",
                input.RemarkOnClock, input.RemarkOnBytes),
            Data = table,
            Commands = [.. Commands(input, shown, table)],
            Width = 620 + Picture.RoomFor(shown),
            Height = 150 + (Math.Max(4, shown.Length) * 26),
        };
    }

    private IEnumerable<string> Commands(PlotInput input, RunSeries[] shown, PlotTable table)
    {
        var (unit, unitName) = TimeUnit.For(table.Values("seconds_high").Max());
        var time = Axis.FromZero("x", table.Values("seconds_high").Select(value => value / unit * 1.1));
        double[] sent = [.. table.Values("bytes_low").Concat(table.Values("bytes_high")).Where(value => value > 0)];
        yield return "set multiplot";
        yield return "unset key";
        yield return Picture.TitleOverPanels;
        yield return "set border 1";
        yield return FormattableString.Invariant($"set yrange [{shown.Length - 0.4}:-0.6]");
        yield return RowLabels(shown);
        yield return "set tmargin at screen 1 - 46*point";
        double width = 620 + Picture.RoomFor(shown), left = (Picture.RoomFor(shown) - 20) / width, half = (1 - left - (70 / width)) / 2;
        yield return FormattableString.Invariant($"set lmargin at screen {left:F4}");
        yield return FormattableString.Invariant($"set rmargin at screen {left + half:F4}");
        foreach (string line in time.Script($"Time ({unitName})"))
        {
            yield return line;
        }

        yield return Picture.Plot(shown.SelectMany((series, row) => Bar(series, row, input, table, "seconds", unit, 0)));
        if (sent.Length > 0)
        {
            // A bar on a logarithmic axis has no natural foot: this one stands at the left end.
            var bytes = Axis.Of("x", sent.Append(sent.Min() / 3), 8);
            yield return "unset label";
            yield return "unset ytics";
            yield return FormattableString.Invariant($"set lmargin at screen {1 - half - (25 / width):F4}");
            yield return FormattableString.Invariant($"set rmargin at screen {1 - (25 / width):F4}");
            foreach (string line in bytes.Script("Bytes of one worker (logarithmic)", "%.0s %cB", mostTics: 4))
            {
                yield return line;
            }

            yield return Picture.Plot(shown.SelectMany((series, row) => Bar(series, row, input, table, "bytes", 1, bytes.Low)));
        }

        yield return "unset multiplot";
    }

    private IEnumerable<string> Bar(RunSeries series, int row, PlotInput input, PlotTable table, string quantity, double unit, double foot)
    {
        var style = SeriesStyle.Of(series, input.Series);
        int mean = table.Column(quantity == "bytes" ? "bytes_per_worker" : quantity), low = table.Column(quantity + "_low"), high = table.Column(quantity + "_high");
        string Value(int column) => $"(pick({series.Number},{column})/{GnuplotText.Number(unit)})";
        string place = FormattableString.Invariant($"({row})");
        string from = FormattableString.Invariant($"({row - 0.33})"), to = FormattableString.Invariant($"({row + 0.33})");
        if (table.Rows[row][mean - 1] is string)
        {
            string start = $"(pick({series.Number},1) > 0 ? {GnuplotText.Number(foot)} : NaN)";
            yield return $"{Source} using {start}:{place}:(' not reached') with labels left font ',10' textcolor rgb '#555555' notitle";
            yield break;
        }

        yield return $"{Source} using {Value(mean)}:{place}:({GnuplotText.Number(foot)}):{Value(mean)}:{from}:{to} with boxxyerror {style.Fill(0.85)} notitle";
        if (series.Runs.Count > 1)
        {
            yield return $"{Source} using {Value(mean)}:{place}:{Value(low)}:{Value(high)} with xerrorbars lc rgb '#444444' lw 1.5 pt -1 notitle";
        }
    }
}
