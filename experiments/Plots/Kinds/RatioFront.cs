using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity at the end against the compression that the wire saw, with the front of those that no other beats in both.</summary>
internal sealed class RatioFront() : PlotKind("ratio", "perplexity at the end against the true compression ratio, with the Pareto front")
{
    private const string Across = "wire_compression_ratio";

    private static readonly LineMark s_line = new(Across, "perplexity", new SeriesStyle(SeriesStyle.Grey, default, false, LineDash.Dashed, 1.5))
    {
        Where = [("on_front", 1)], Label = "Pareto front", Connection = Connection.Steps, PointInterval = 0,
    };

    /// <summary>Which points no other point beats: none has a higher ratio and a perplexity as low, nor a lower perplexity and a ratio as high.</summary>
    public static IReadOnlyList<bool> Front(IReadOnlyList<(double Ratio, double Perplexity)> points) =>
    [
        .. points.Select(point => !points.Any(other =>
            other.Ratio >= point.Ratio && other.Perplexity <= point.Perplexity && (other.Ratio > point.Ratio || other.Perplexity < point.Perplexity))),
    ];

    public override Picture Compose(PlotInput input)
    {
        var kind = Perplexities.ForResults(input.Options.Measure, input.Series);
        (RunSeries Series, Estimate Ratio, Estimate Perplexity)[] points =
        [
            .. input.Series.Select(series => (series, series.Mean(TrueRatio.Of), series.Mean(run => Perplexities.Final(run, kind))))
                .Where(point => point.Item2.Count > 0 && point.Item3.Count > 0)
                .OrderBy(point => point.Item2.Mean).ThenBy(point => point.series.Number),
        ];
        if (points.Length == 0)
        {
            throw Refuse("runs of several workers with a summary.json and a perplexity at the end");
        }

        var front = Front([.. points.Select(point => (point.Ratio.Mean, point.Perplexity.Mean))]);
        var table = new PlotTable("series", "label", Across, "perplexity", "perplexity_low", "perplexity_high", "on_front", "runs");
        // The front's rows stand together, as a row between them would break its line.
        foreach (int i in Enumerable.Range(0, points.Length).OrderByDescending(i => front[i]))
        {
            var (series, ratio, perplexity) = points[i];
            table.Add(series.Number, series.Label, ratio.Mean, perplexity.Mean, perplexity.Low, perplexity.High, front[i] ? 1 : 0, perplexity.Count);
        }

        RunSeries[] shown = [.. points.Select(point => point.Series).OrderBy(series => series.Number)];
        var across = Axis.Of(table.Values(Across), logarithmicFrom: 4).Marked().Named("True compression ratio (dense bytes / bytes on the wire)");
        // An interval of two runs may be wider than all that is worth seeing.
        double[] means = [.. table.Values("perplexity")];
        var ends = table.Values("perplexity_low").Concat(table.Values("perplexity_high")).Where(end => end > means.Min() / 1.5 && end < means.Max() * 1.5);
        string title = Perplexities.Title(kind);
        var vertical = Axis.OfPerplexities(means.Concat(ends)).Marked().Named(title);
        return new Picture
        {
            Name = Name,
            Title = $"{title} at the end against true compression",
            Caption = input.Caption(
                shown, intervals: true,
                "True ratio: bytes of a float32 ring all-reduce by bytes on the wire, headers and all", input.RemarkOnBytes,
                kind == PerplexityKind.Train ? "Training perplexity is that of the last log interval" : "",
                vertical.RemarkOnCut),
            Data = table,
            Panels = [new Panel(across, vertical, [.. front.Count(on => on) > 1 ? [s_line] : Array.Empty<Mark>(), .. shown.SelectMany(series => Marks(series, input))])],
        };
    }

    private static IEnumerable<Mark> Marks(RunSeries series, PlotInput input)
    {
        var style = SeriesMarks.Style(series, input.Series);
        var point = new LineMark(Across, "perplexity", style) { Where = [SeriesMarks.Is(series)], Label = series.Label, Connection = Connection.None };
        return series.Runs.Count > 1
            ? [new ErrorBarMark(Across, "perplexity", "perplexity_low", "perplexity_high", style.Colour) { Where = point.Where }, point]
            : [point];
    }
}
