using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Scaling efficiency against workers, one panel a rate and number of local steps; all of it modelled.</summary>
internal static class ScalePicture
{
    private const int MostTicks = 6;

    /// <summary>Composes it.</summary>
    /// <param name="model">Where the figures come from.</param>
    /// <param name="styles">The methods.</param>
    /// <param name="points">Rate by rate.</param>
    public static Picture Compose(ScaleModel model, MethodStyles styles, IReadOnlyList<ScalePoint> points)
    {
        var table = new PlotTable("series", "panel", "rate", "method", "local_steps", "workers", "wire_bytes_per_exchange_per_worker", "local_ms", "exchange_ms", "step_ms", "efficiency_percent");
        string[] rates = [.. points.Select(point => point.Rate).Distinct()];
        int[] local = [.. points.Select(point => point.LocalSteps).Distinct()];
        (int Steps, string Rate)[] panels = [.. local.SelectMany(steps => rates.Select(rate => (steps, rate)))];
        foreach (var point in points)
        {
            table.Add(
                styles.NumberOf(point.Method), Array.IndexOf(panels, (point.LocalSteps, point.Rate)), point.Rate, point.Method, point.LocalSteps, point.Workers, point.WireBytes, point.LocalMs,
                point.ExchangeMs, point.StepMs, 100 * point.Efficiency);
        }

        return new Picture
        {
            Name = "scale",
            Title = "Scaling efficiency (modelled)",
            Caption = FormattableString.Invariant(
                $"Modelled, not measured: one worker's step as measured alone ({model.Alone.Parameters:N0} {Plural.Of(model.Alone.Parameters, "parameter")}); links as measured among {model.Hosts} {Plural.Of(model.Hosts, "host")} of the lab; ")
                + "bytes by each collective's formula. Nothing overlaps. 100 %: the words a second of as many workers who need not exchange."
                + (local is [1] ? "" : " H: steps that each worker takes by itself before an exchange."),
            Data = table,
            Panels = [.. panels.Select((panel, i) => Panel(styles, table, i, local is [1] ? panel.Rate : $"{panel.Rate}, H = {panel.Steps}", isLeft: i % rates.Length == 0))],
            Columns = rates.Length,
            Width = 310,
            Height = local.Length == 1 ? 300 : 240,
        };
    }

    private static Panel Panel(MethodStyles styles, PlotTable table, int panel, string title, bool isLeft)
    {
        double[] workers = [.. table.Values("workers").Distinct().Order()];
        int every = ((workers.Length - 1) / MostTicks) + 1;
        return new Panel(
            Axis.Of(workers, logarithmicFrom: 1).MarkedAt(workers.Where((_, i) => i % every == 0)).Named("Workers"),
            new Axis(0, 105).Marked().Named(isLeft ? "Efficiency (%)" : ""),
            [.. styles.Methods.Select(method => styles.Line("workers", "efficiency_percent", method, ("panel", panel)))])
        { Title = title };
    }
}
