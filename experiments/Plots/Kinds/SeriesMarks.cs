using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Marks of a series, from the rows that carry its number: a line or points, with the confidence interval of several runs.</summary>
internal static class SeriesMarks
{
    /// <summary>The condition that a row is a series' own.</summary>
    public static (string Column, object Value) Is(RunSeries series) => ("series", series.Number);

    /// <summary>How a series looks among all that a picture shows.</summary>
    public static SeriesStyle Style(RunSeries series, IReadOnlyList<RunSeries> all) =>
        SeriesStyle.Of(all.TakeWhile(other => other.Number != series.Number).Count(other => other.IsDense == series.IsDense), series.IsDense);

    /// <summary>Lines with their confidence bands. Bands hide no line, and the dense baseline lies on the others.</summary>
    /// <param name="shown">In the order of the legend.</param>
    /// <param name="all">All series, among which each has its style.</param>
    /// <param name="x">The horizontal coordinate.</param>
    /// <param name="table">Columns series, perplexity, perplexity_low, perplexity_high.</param>
    /// <param name="symbols">About how many symbols a line has room for.</param>
    /// <param name="where">Further conditions on their rows.</param>
    public static IReadOnlyList<Mark> Curves(
        IReadOnlyList<RunSeries> shown, IReadOnlyList<RunSeries> all, Field x, PlotTable table, int symbols, params (string Column, object Value)[] where)
    {
        return [.. shown.Where(series => series.Runs.Count > 1).Select(Band), .. shown.Select(Line)];

        (string, object)[] Of(RunSeries series) => [Is(series), .. where];
        Mark Band(RunSeries series) => new BandMark(x, "perplexity_low", "perplexity_high", Style(series, all).Colour) { Where = Of(series) };
        Mark Line(RunSeries series) => new LineMark(x, "perplexity", Style(series, all))
        {
            Where = Of(series),
            Label = series.Label,
            IsOnTop = series.IsDense,
            PointInterval = Math.Max(1, table.RowsWhere(Of(series)).Count() / symbols),
        };
    }
}
