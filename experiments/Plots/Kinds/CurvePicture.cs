using System.Globalization;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity on the way, one line a series with its confidence band.</summary>
internal abstract class CurvePicture : PlotKind
{
    private const int PointsOnALine = 9, LegendLine = 18;

    private protected const string Steps = "step", Seconds = "seconds", Bytes = "bytes_per_worker";

    /// <summary>The column on the horizontal axis.</summary>
    private protected abstract string Across { get; }

    /// <summary>Continues the title: <c>against steps</c>.</summary>
    private protected abstract string Against { get; }

    /// <summary>What a reader must know; without a full stop, and empty where there is nothing.</summary>
    private protected virtual string Remark(PlotInput input) => "";

    /// <summary>The horizontal axis, the factor that its values are divided by, and the lines that set it up.</summary>
    private protected abstract (double Unit, IEnumerable<string> Script) Horizontal(IReadOnlyList<double> values);

    /// <inheritdoc/>
    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForCurves(input.Options.Measure, input.Series);
        var table = new PlotTable("series", "label", Steps, Seconds, Bytes, "perplexity", "perplexity_low", "perplexity_high", "runs");
        var shown = new List<RunSeries>();
        foreach (var series in input.Series)
        {
            var points = Curve.Of(series, kind).Where(point => Value(point) > 0).ToArray();
            foreach (var point in points)
            {
                table.Add(
                    series.Number, series.Label, point.Step, point.Seconds, point.Bytes, point.Perplexity.Mean, point.Perplexity.Low, point.Perplexity.High,
                    point.Perplexity.Count);
            }

            if (points.Length > 0)
            {
                shown.Add(series);
            }
        }

        if (shown.Count == 0)
        {
            string rows = kind == PerplexityKind.Train ? "rows in metrics.csv" : $"rows of {Perplexities.SplitOf(kind)} in evaluations.csv";
            throw Refuse(rows + (Across == Bytes ? " of runs that sent bytes" : ""));
        }

        var vertical = Axis.OfPerplexities("y", table.Values("perplexity"));
        var (unit, script) = Horizontal([.. table.Values(Across)]);
        string title = Perplexities.Title(kind);
        string[] commands = [vertical.Inside, .. vertical.Script(title, "%g"), .. script, Picture.Plot(Lines(shown, input, table, unit))];
        return new Picture
        {
            Name = Name,
            Title = $"{title} {Against}",
            Caption = input.Caption(
                shown, intervals: true, kind == PerplexityKind.Train ? "Training perplexity is the mean over a log interval" : "", Remark(input),
                vertical.IsCut ? string.Create(CultureInfo.InvariantCulture, $"Cut above {vertical.High:N0}") : ""),
            Data = table,
            Commands = commands,
            Width = 720 + Picture.RoomFor(shown),
            Height = Math.Max(560, 90 + (LegendLine * shown.Count)),
        };
    }

    private double Value(SeriesPoint point) => Across switch
    {
        Steps => point.Step,
        Seconds => point.Seconds,
        _ => point.Bytes,
    };

    // Bands hide no line; the baseline comes first in the legend, and on top of the others.
    private IEnumerable<string> Lines(List<RunSeries> shown, PlotInput input, PlotTable table, double unit)
    {
        var below = shown.SelectMany(series => Band(series, input, table, unit)).Concat(shown.Select(series =>
            $"{Line(series, input, table, unit)} title {GnuplotText.Quote(series.Label)}"));
        return shown.Exists(series => !series.IsDense)
            ? below.Concat(shown.Where(series => series.IsDense).Select(series => Line(series, input, table, unit) + " notitle"))
            : below;
    }

    private IEnumerable<string> Band(RunSeries series, PlotInput input, PlotTable table, double unit)
    {
        if (series.Runs.Count > 1)
        {
            string band = $"(inside{Value(series, table, "perplexity_low")}):(inside{Value(series, table, "perplexity_high")})";
            yield return $"{Source} using {X(series, table, unit)}:{band} with filledcurves {SeriesStyle.Of(series, input.Series).Fill(0.2)} notitle";
        }
    }

    private string Line(RunSeries series, PlotInput input, PlotTable table, double unit)
    {
        int rows = table.Rows.Count(row => (int)row[0] == series.Number);
        string style = SeriesStyle.Of(series, input.Series).Line(Math.Max(1, rows / PointsOnALine));
        return $"{Source} using {X(series, table, unit)}:{Value(series, table, "perplexity")} with linespoints {style}";
    }

    private string X(RunSeries series, PlotTable table, double unit) => $"(pick({series.Number},{table.Column(Across)})/{GnuplotText.Number(unit)})";

    private static string Value(RunSeries series, PlotTable table, string column) => $"(pick({series.Number},{table.Column(column)}))";
}

/// <summary>What a step is worth, whatever it costs.</summary>
internal sealed class CurveOverSteps : CurvePicture
{
    /// <inheritdoc/>
    public override string Name => "steps";

    /// <inheritdoc/>
    public override string Summary => "perplexity against steps";

    private protected override string Across => Steps;

    private protected override string Against => "against steps";

    private protected override (double, IEnumerable<string>) Horizontal(IReadOnlyList<double> values) =>
        (1, Axis.FromZero("x", values).Script("Step", "%.0f"));
}

/// <summary>What an hour is worth on the machine that ran it.</summary>
internal sealed class CurveOverTime : CurvePicture
{
    /// <inheritdoc/>
    public override string Name => "wallclock";

    /// <inheritdoc/>
    public override string Summary => "perplexity against wall-clock";

    private protected override string Across => Seconds;

    private protected override string Against => "against wall-clock";

    private protected override string Remark(PlotInput input) =>
        input.RemarkOnClock;

    private protected override (double, IEnumerable<string>) Horizontal(IReadOnlyList<double> values)
    {
        var (unit, name) = TimeUnit.For(values.Max());
        return (unit, Axis.FromZero("x", values.Select(value => value / unit)).Script($"Wall-clock ({name})"));
    }
}

/// <summary>What a byte is worth.</summary>
internal sealed class CurveOverBytes : CurvePicture
{
    /// <inheritdoc/>
    public override string Name => "bytes";

    /// <inheritdoc/>
    public override string Summary => "perplexity against a worker's bytes";

    private protected override string Across => Bytes;

    private protected override string Against => "against bytes on the wire";

    private protected override string Remark(PlotInput input) => input.RemarkOnBytes;

    private protected override (double, IEnumerable<string>) Horizontal(IReadOnlyList<double> values) =>
        (1, Axis.Of("x", values, 8).Script("Bytes of one worker", "%.0s %cB"));
}
