using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Predicted steps against measured ones, one panel a number of local steps: on the diagonal the model is right.</summary>
internal static class ComparisonPicture
{
    // What a model must reach to be used beyond the lab.
    private const double Tolerance = 0.15;
    private const int MostColumns = 3;

    /// <summary>Composes it.</summary>
    /// <param name="comparison">What was compared.</param>
    /// <param name="rows">Rate by rate.</param>
    public static Picture Compose(LabComparison comparison, IReadOnlyList<StepPrediction> rows)
    {
        var styles = new MethodStyles(comparison.Measurement.Methods);
        var table = new PlotTable("series", "rate", "method", "local_steps", "wire_bytes_per_exchange_per_worker", "predicted_bytes", "measured_ms", "predicted_ms", "error");
        foreach (var row in rows)
        {
            table.Add(styles.NumberOf(row.Method), row.Rate, row.Method, row.LocalSteps, row.WireBytes, row.PredictedBytes, row.MeasuredMs, row.PredictedMs, row.Error);
        }

        int[] local = [.. rows.Select(row => row.LocalSteps).Distinct()];
        string[] rates = [.. rows.Select(row => row.Rate).Distinct()];
        return new Picture
        {
            Name = "compare",
            Title = local is [1] ? "Milliseconds of a step, predicted and measured" : "Milliseconds of H local steps and their exchange, predicted and measured",
            Caption = FormattableString.Invariant(
                $"{comparison.Hosts} {Plural.Of(comparison.Hosts, "host")} in network namespaces of one machine, links of {string.Join(" and ", rates)}. Lines: equal, and {100 * Tolerance:F0} % apart. ")
                + "Predicted from the step over links without a limit, and from the exchange alone over the slow ones.",
            Data = table,
            Panels = [.. local.Select(steps => Panel(styles, table, [.. rows.Where(row => row.LocalSteps == steps)], local is [1] ? "" : $"H = {steps}"))],
            Columns = Math.Min(MostColumns, local.Length),
            Width = local.Length == 1 ? 620 : 340,
            Height = local.Length == 1 ? 440 : 300,
        };
    }

    private static Panel Panel(MethodStyles styles, PlotTable table, StepPrediction[] rows, string title)
    {
        var axis = Axis.Of(rows.SelectMany(row => (double[])[row.MeasuredMs, row.PredictedMs]), logarithmicFrom: 1).Marked();
        return new Panel(
            axis.Named("Measured (ms)"), axis.Named("Predicted (ms)"),
            [
                new SlopeMark(1, LineDash.Solid),
                new SlopeMark(1 + Tolerance, LineDash.Dashed),
                new SlopeMark(1 - Tolerance, LineDash.Dashed),
                .. styles.Methods.Select(method =>
                    styles.Line("measured_ms", "predicted_ms", method, ("local_steps", rows[0].LocalSteps)) with { Connection = Connection.None }),
            ])
        { Title = title };
    }
}
