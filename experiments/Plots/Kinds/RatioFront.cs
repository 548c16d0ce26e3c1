using System.Globalization;
using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Perplexity at the end against the compression that the wire saw, with the front of those that no other beats in both.</summary>
internal sealed class RatioFront : PlotKind
{
    /// <inheritdoc/>
    public override string Name => "ratio";

    /// <inheritdoc/>
    public override string Summary => "perplexity at the end against the true compression ratio, with the Pareto front";

    /// <summary>Which points no other point beats: none has a higher ratio and a perplexity as low, nor a lower perplexity and a ratio as high.</summary>
    public static IReadOnlyList<bool> Front(IReadOnlyList<(double Ratio, double Perplexity)> points) =>
    [
        .. points.Select(point => !points.Any(other =>
            other.Ratio >= point.Ratio && other.Perplexity <= point.Perplexity && (other.Ratio > point.Ratio || other.Perplexity < point.Perplexity))),
    ];

    /// <inheritdoc/>
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
        var table = new PlotTable("series", "label", "wire_compression_ratio", "perplexity", "perplexity_low", "perplexity_high", "on_front", "runs");
        // The front's rows stand together, as a row between them would break its line.
        foreach (int i in Enumerable.Range(0, points.Length).OrderByDescending(i => front[i]))
        {
            var (series, ratio, perplexity) = points[i];
            table.Add(series.Number, series.Label, ratio.Mean, perplexity.Mean, perplexity.Low, perplexity.High, front[i] ? 1 : 0, perplexity.Count);
        }

        RunSeries[] shown = [.. points.Select(point => point.Series).OrderBy(series => series.Number)];
        var across = Axis.Of("x", table.Values("wire_compression_ratio"), 4);
        // An interval of two runs may be wider than all that is worth seeing.
        double[] means = [.. table.Values("perplexity")];
        var ends = table.Values("perplexity_low").Concat(table.Values("perplexity_high")).Where(end => end > means.Min() / 1.5 && end < means.Max() * 1.5);
        var vertical = Axis.OfPerplexities("y", means.Concat(ends));
        string title = Perplexities.Title(kind);
        string line = $"{Source} using (column(7) == 1 ? column(3) : NaN):4 with fsteps lc rgb '{SeriesStyle.Grey}' dt 2 lw 1.5 title 'Pareto front'";
        string[] curves =
        [
            .. front.Count(on => on) > 1 ? (string[])[line] : [],
            .. shown.SelectMany(series => Points(series, input, table)),
        ];
        return new Picture
        {
            Name = Name,
            Title = $"{title} at the end against true compression",
            Caption = input.Caption(
                shown, intervals: true,
                "True ratio: bytes of a float32 ring all-reduce by bytes on the wire, headers and all", input.RemarkOnBytes,
                kind == PerplexityKind.Train ? "Training perplexity is that of the last log interval" : "",
                vertical.IsCut ? string.Create(CultureInfo.InvariantCulture, $"Cut above {vertical.High:N0}") : ""),
            Data = table,
            Commands = [.. across.Script("True compression ratio (dense bytes / bytes on the wire)", "%g"), .. vertical.Script(title, "%g"), Picture.Plot(curves)],
            Width = 720 + Picture.RoomFor(shown),
            Height = Math.Max(560, 108 + (18 * shown.Length)),
        };
    }

    private IEnumerable<string> Points(RunSeries series, PlotInput input, PlotTable table)
    {
        var style = SeriesStyle.Of(series, input.Series);
        string Value(string column) => $"(pick({series.Number},{table.Column(column)}))";
        string place = $"{Source} using {Value("wire_compression_ratio")}:{Value("perplexity")}";
        if (series.Runs.Count > 1)
        {
            yield return $"{place}:{Value("perplexity_low")}:{Value("perplexity_high")} with yerrorbars {style.Points} notitle";
        }

        yield return $"{place} with points {style.Points} title {GnuplotText.Quote(series.Label)}";
    }
}
