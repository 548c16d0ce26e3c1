using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Scaling efficiency against workers, one panel a rate; all of it modelled.</summary>
internal static class ScalePicture
{
    private const int MostTicks = 6;

    /// <summary>Composes it.</summary>
    /// <param name="model">Where the figures come from.</param>
    /// <param name="styles">The methods.</param>
    /// <param name="points">Rate by rate.</param>
    public static Picture Compose(ScaleModel model, MethodStyles styles, IReadOnlyList<ScalePoint> points)
    {
        var table = new PlotTable("series", "panel", "rate", "method", "workers", "wire_bytes_per_step_per_worker", "local_ms", "exchange_ms", "step_ms", "efficiency_percent");
        string[] rates = [.. points.Select(point => point.Rate).Distinct()];
        foreach (var point in points)
        {
            table.Add(
                styles.NumberOf(point.Method), Array.IndexOf(rates, point.Rate), point.Rate, point.Method, point.Workers, point.WireBytes, point.LocalMs,
                point.ExchangeMs, point.StepMs, 100 * point.Efficiency);
        }

        return new Picture
        {
            Name = "scale",
            Title = "Scaling efficiency (modelled)",
            Caption = FormattableString.Invariant(
                $"Modelled, not measured: one worker's step as measured alone ({model.Alone.Parameters:N0} {Plural.Of(model.Alone.Parameters, "parameter")}); links as measured among {model.Hosts} {Plural.Of(model.Hosts, "host")} of the lab; ")
                + "bytes by each collective's formula. Nothing overlaps. 100 %: the words a second of as many workers who need not exchange.",
            Data = table,
            Panels = [.. rates.Select((rate, i) => Panel(styles, table, rate, i))],
            Columns = rates.Length,
            Width = 310,
            Height = 300,
        };
    }

    private static Panel Panel(MethodStyles styles, PlotTable table, string rate, int panel)
    {
        double[] workers = [.. table.Values("workers").Distinct().Order()];
        int every = ((workers.Length - 1) / MostTicks) + 1;
        return new Panel(
            Axis.Of(workers, logarithmicFrom: 1).MarkedAt(workers.Where((_, i) => i % every == 0)).Named("Workers"),
            new Axis(0, 105).Marked().Named(panel == 0 ? "Efficiency (%)" : ""),
            [.. styles.Methods.Select(method => styles.Line("workers", "efficiency_percent", method, ("panel", panel)))])
        { Title = rate };
    }
}
