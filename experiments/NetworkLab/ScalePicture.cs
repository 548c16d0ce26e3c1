using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Plots.Drawing;

namespace Compression.Experiments.NetworkLab;

/// <summary>Scaling efficiency against workers, one panel a rate; all of it modelled.</summary>
internal static class ScalePicture
{
    private const int PanelWidth = 390, LegendWidth = 330, MostTics = 6;

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
            Caption = string.Create(
                CultureInfo.InvariantCulture,
                $"Modelled, not measured: one worker's step as measured alone ({model.Alone.Parameters:N0} {Plural.Of(model.Alone.Parameters, "parameter")}); links as measured among {model.Hosts} {Plural.Of(model.Hosts, "host")} of the lab; ")
                + "bytes by each collective's formula. Nothing overlaps. 100 %: the words a second of as many workers who need not exchange.",
            Data = table,
            Commands = [.. Commands(styles, table, rates)],
            Width = (PanelWidth * rates.Length) + LegendWidth,
            Height = 420,
        };
    }

    private static IEnumerable<string> Commands(MethodStyles styles, PlotTable table, string[] rates)
    {
        double total = (PanelWidth * rates.Length) + LegendWidth;
        yield return "set multiplot";
        yield return Picture.TitleOverPanels;
        yield return "unset key";
        yield return "set logscale x 2";
        double[] workers = [.. table.Values("workers").Distinct().Order()];
        int every = ((workers.Length - 1) / MostTics) + 1;
        yield return $"set xtics ({string.Join(", ", workers.Where((_, i) => i % every == 0).Select(GnuplotText.Number))})";
        yield return "set yrange [0:105]";
        yield return "set xlabel 'Workers'";
        yield return "set tmargin at screen 1 - 64*point";
        for (int panel = 0; panel < rates.Length; panel++)
        {
            double left = ((panel * PanelWidth) + 85) / total;
            yield return FormattableString.Invariant($"set lmargin at screen {left:F4}");
            yield return FormattableString.Invariant($"set rmargin at screen {left + ((PanelWidth - 100) / total):F4}");
            yield return $"set title {GnuplotText.Quote(rates[panel])} font ',12' offset 0, -0.6";
            yield return panel == 0 ? "set ylabel 'Efficiency (%)'" : "unset ylabel";
            yield return Picture.Plot(styles.Methods.Select((method, i) =>
                FormattableString.Invariant($"'scale.csv' skip 1 using (column(2) == {panel} ? pick({i + 1},5) : NaN):(pick({i + 1},10)) ")
                + $"with linespoints {styles.Of(method).Line(1)} notitle"));
            yield return "unset label";
        }

        double legend = ((PanelWidth * rates.Length) + 10) / total;
        foreach (string line in Picture.LegendPanel(legend, styles.Methods.Select(method => (MethodStyles.Label(method), styles.Of(method)))))
        {
            yield return line;
        }
    }
}
