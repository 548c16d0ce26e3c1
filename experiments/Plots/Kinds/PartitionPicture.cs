using Compression.Experiments.Plots.Pictures;
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
            Panels = [Panel(table)],
        };
    }

    private static Panel Panel(PlotTable table)
    {
        double[] numbers = [.. table.Values("partitions")];
        var across = Axis.Of(numbers, logarithmicFrom: 1);
        var doublings = Enumerable.Range(0, 31).Select(power => Math.Pow(2, power)).Where(number => number >= across.Low && number <= across.High);
        return new Panel(
            across.MarkedAt(doublings).Named("Partitions"), Axis.FromZero(table.Values("ms_per_step")).Marked().Named("Step (ms)"),
            [
                Series(Curve, SeriesStyle.Of(0, isDense: false), "b/P + a (P-1) + c") with { PointInterval = 0 },
                Series(Measured, SeriesStyle.Of(0, isDense: true), "measured") with { Connection = Connection.None },
                Series(Chosen, SeriesStyle.Of(1, isDense: false), "chosen") with { Connection = Connection.None },
            ]);
    }

    private static LineMark Series(int series, SeriesStyle style, string label) => new("partitions", "ms_per_step", style) { Where = [("series", series)], Label = label };
}
