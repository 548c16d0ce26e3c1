using Compression.Experiments.Plots.Drawing;
using Compression.Training.Lm1b;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Step times against the number of partitions: the points that a search tried, the curve that fits them, and the number it chose.</summary>
internal static class PartitionPicture
{
    private const int Curve = 0, Measured = 1, Chosen = 2;

    private const int StepsPerDoubling = 8;

    /// <summary>Composes it; its name is <c>partitions</c>.</summary>
    /// <param name="result">Of the search.</param>
    /// <param name="caption">Machine, workers, model and corpus.</param>
    public static Picture Compose(PartitionSearchResult result, string caption)
    {
        var table = new PlotTable("series", "what", "partitions", "ms_per_step");
        double low = result.Points[0].Partitions, high = Math.Max(result.Points[^1].Partitions, result.Best);
        int steps = Math.Max(1, (int)Math.Ceiling(Math.Log2(high / low) * StepsPerDoubling));
        for (int step = 0; step <= steps; step++)
        {
            double partitions = low * Math.Pow(high / low, (double)step / steps);
            table.Add(Curve, "fitted", partitions, 1e3 * result.Fitted(partitions));
        }

        foreach (var point in result.Points)
        {
            table.Add(Measured, "measured", (double)point.Partitions, 1e3 * point.Seconds);
        }

        var chosen = result.Points.FirstOrDefault(point => point.Partitions == result.Best);
        table.Add(Chosen, "chosen", (double)result.Best, 1e3 * (result.IsCurves || chosen.Partitions == 0 ? result.Fitted(result.Best) : chosen.Seconds));
        return new Picture
        {
            Name = "partitions",
            Title = "Step time against partitions",
            Caption = $"{caption} {result.Summary}.",
            Data = table,
            Commands = [.. Commands(table)],
        };
    }

    private static IEnumerable<string> Commands(PlotTable table)
    {
        double[] numbers = [.. table.Values("partitions")];
        yield return "set logscale x 2";
        yield return $"set xrange [{GnuplotText.Number(numbers.Min() / 1.1)}:{GnuplotText.Number(numbers.Max() * 1.1)}]";
        yield return "set xlabel 'Partitions'";
        foreach (string line in Axis.FromZero("y", table.Values("ms_per_step")).Script("Step (ms)"))
        {
            yield return line;
        }

        yield return Picture.Plot(
        [
            Series(table, Curve, $"with lines lc rgb '{SeriesStyle.Of(0, isDense: false).Colour}' lw 2 title 'b/P + a (P-1) + c'"),
            Series(table, Measured, $"with points {SeriesStyle.Of(0, isDense: true).Points} title 'measured'"),
            Series(table, Chosen, $"with points {SeriesStyle.Of(1, isDense: false).Points} title 'chosen'"),
        ]);
    }

    private static string Series(PlotTable table, int series, string style) => FormattableString.Invariant(
        $"'partitions.csv' skip 1 using (pick({series},{table.Column("partitions")})):(pick({series},{table.Column("ms_per_step")})) {style}");
}
