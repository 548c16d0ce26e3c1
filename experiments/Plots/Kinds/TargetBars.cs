using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Seconds and bytes until a perplexity is reached, as bars beside each other.</summary>
internal sealed class TargetBars() : PlotKind("target", "time and bytes until a perplexity is reached")
{
    /// <summary>The lowest perplexity that every run reaches, rounded up to a tenth.</summary>
    public static double CommonTarget(IEnumerable<RunData> runs, PerplexityKind kind) =>
        Math.Ceiling(10 * runs.Select(run => Curve.Of(run, kind)).Where(curve => curve.Count > 0).Max(curve => curve.Min(point => point.Perplexity))) / 10;

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

        string goal = FormattableString.Invariant($"{Perplexities.Title(kind).ToLowerInvariant()} {target:G6}");
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
                Perplexities.Remark(kind),
                input.RemarkOnClock, input.RemarkOnBytes),
            Data = table,
            Panels = Panels(input, shown, table),
            Columns = 2,
            Width = 290,
            Height = Math.Max(4, shown.Length) * 30,
        };
    }

    private static Panel[] Panels(PlotInput input, RunSeries[] shown, PlotTable table)
    {
        var (unit, unitName) = TimeUnit.For(table.Values("seconds_high").Max());
        var names = Axis.OfNames([.. shown.Select(series => series.Label)], isVertical: true);
        var time = Axis.FromZero(table.Values("seconds_high").Select(value => value / unit * 1.1)).Marked(most: 6).Named($"Time ({unitName})");
        var marks = shown.SelectMany((series, row) => Bar(series, row, input, table, Field.In(unit, "seconds"), Field.In(unit, "seconds_low"), Field.In(unit, "seconds_high"), 0));
        var first = new Panel(time, names, [.. marks]);
        double[] sent = [.. table.Values("bytes_low").Concat(table.Values("bytes_high")).Where(value => value > 0)];
        if (sent.Length == 0)
        {
            return [first];
        }

        // A bar on a logarithmic axis has no natural foot: this one stands at the left end.
        var bytes = Axis.Of(sent.Append(sent.Min() / 3), logarithmicFrom: 1).Marked(AxisNumber.Bytes, most: 4).Named("Bytes of one worker (logarithmic)");
        marks = shown.SelectMany((series, row) => Bar(series, row, input, table, "bytes_per_worker", "bytes_low", "bytes_high", bytes.Low));
        return [first, new Panel(bytes, Axis.OfNames([.. shown.Select(_ => "")], isVertical: true), [.. marks])];
    }

    private static IEnumerable<Mark> Bar(RunSeries series, int row, PlotInput input, PlotTable table, Field mean, Field low, Field high, double foot)
    {
        (string, object)[] where = [SeriesMarks.Is(series)];
        if (double.IsNaN(mean.Of(table, table.Rows[row])))
        {
            yield return new RemarkMark(foot, "row", "not reached") { Where = where };
            yield break;
        }

        yield return new BoxMark(foot, mean, (Field)"row" - 0.33, (Field)"row" + 0.33, SeriesMarks.Style(series, input.Series).Colour) { Where = where };
        if (series.Runs.Count > 1)
        {
            yield return new ErrorBarMark(mean, "row", low, high, SeriesStyle.Grey) { Where = where, IsHorizontal = true };
        }
    }
}
