using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity on the way, one line a series with its confidence band.</summary>
internal abstract class CurvePicture(string name, string summary) : PlotKind(name, summary)
{
    private const int SymbolsOnALine = 9;

    private protected const string Steps = "step", Seconds = "seconds", Bytes = "bytes_per_worker";

    /// <summary>The column on the horizontal axis.</summary>
    private protected abstract string Across { get; }

    /// <summary>Continues the title: <c>against steps</c>.</summary>
    private protected abstract string Against { get; }

    /// <summary>What a reader must know; without a full stop, and empty where there is nothing.</summary>
    private protected virtual string Remark(PlotInput input) => "";

    /// <summary>The horizontal axis, and the unit that its values are divided by.</summary>
    private protected abstract (double Unit, Axis Axis) Horizontal(IReadOnlyList<double> values);

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

        string title = Perplexities.Title(kind);
        var vertical = Axis.OfPerplexities(table.Values("perplexity")).Marked().Named(title);
        var (unit, across) = Horizontal([.. table.Values(Across)]);
        return new Picture
        {
            Name = Name,
            Title = $"{title} {Against}",
            Caption = input.Caption(
                shown, intervals: true, Perplexities.Remark(kind), Remark(input),
                vertical.RemarkOnCut),
            Data = table,
            Panels = [new Panel(across, vertical, SeriesMarks.Curves(shown, input.Series, Field.In(unit, Across), table, SymbolsOnALine))],
        };
    }

    private double Value(SeriesPoint point) => Across switch
    {
        Steps => point.Step,
        Seconds => point.Seconds,
        _ => point.Bytes,
    };
}

/// <summary>What a step is worth, whatever it costs.</summary>
internal sealed class CurveOverSteps() : CurvePicture("steps", "perplexity against steps")
{
    private protected override string Across => Steps;

    private protected override string Against => "against steps";

    private protected override (double, Axis) Horizontal(IReadOnlyList<double> values) => (1, Axis.FromZero(values).Marked().Named("Step"));
}

/// <summary>What an hour is worth on the machine that ran it.</summary>
internal sealed class CurveOverTime() : CurvePicture("wallclock", "perplexity against wall-clock")
{
    private protected override string Across => Seconds;

    private protected override string Against => "against wall-clock";

    private protected override string Remark(PlotInput input) =>
        input.RemarkOnClock;

    private protected override (double, Axis) Horizontal(IReadOnlyList<double> values)
    {
        var (unit, name) = TimeUnit.For(values.Max());
        return (unit, Axis.FromZero(values.Select(value => value / unit)).Marked().Named($"Wall-clock ({name})"));
    }
}

/// <summary>What a byte is worth.</summary>
internal sealed class CurveOverBytes() : CurvePicture("bytes", "perplexity against a worker's bytes")
{
    private protected override string Across => Bytes;

    private protected override string Against => "against bytes on the wire";

    private protected override string Remark(PlotInput input) => input.RemarkOnBytes;

    private protected override (double, Axis) Horizontal(IReadOnlyList<double> values) =>
        (1, Axis.Of(values, logarithmicFrom: 8).Marked(AxisNumber.Bytes).Named("Bytes of one worker"));
}
