using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Predicted steps against measured ones: on the diagonal the model is right.</summary>
internal static class ComparisonPicture
{
    // What a model must reach to be used beyond the lab.
    private const double Tolerance = 0.15;

    /// <summary>Composes it.</summary>
    /// <param name="comparison">What was compared.</param>
    /// <param name="rows">Rate by rate.</param>
    public static Picture Compose(LabComparison comparison, IReadOnlyList<StepPrediction> rows)
    {
        var styles = new MethodStyles(comparison.Measurement.Methods);
        var table = new PlotTable("series", "rate", "method", "wire_bytes_per_step_per_worker", "measured_ms", "predicted_ms", "error");
        foreach (var row in rows)
        {
            table.Add(styles.NumberOf(row.Method), row.Rate, row.Method, row.WireBytes, row.MeasuredMs, row.PredictedMs, row.Error);
        }

        double[] all = [.. table.Values("measured_ms").Concat(table.Values("predicted_ms"))];
        var axis = Axis.Of(all, logarithmicFrom: 1).Marked();
        string[] rates = [.. rows.Select(row => row.Rate).Distinct()];
        return new Picture
        {
            Name = "compare",
            Title = "Milliseconds of a step, predicted and measured",
            Caption = FormattableString.Invariant(
                $"{comparison.Hosts} {Plural.Of(comparison.Hosts, "host")} in network namespaces of one machine, links of {string.Join(" and ", rates)}. Lines: equal, and {100 * Tolerance:F0} % apart. ")
                + "Predicted from the step over links without a limit, and from the exchange alone over the slow ones.",
            Data = table,
            Panels =
            [
                new Panel(
                    axis.Named("Measured (ms)"), axis.Named("Predicted (ms)"),
                    [
                        new SlopeMark(1, LineDash.Solid),
                        new SlopeMark(1 + Tolerance, LineDash.Dashed),
                        new SlopeMark(1 - Tolerance, LineDash.Dashed),
                        .. styles.Methods.Select(method => styles.Line("measured_ms", "predicted_ms", method) with { Connection = Connection.None }),
                    ]),
            ],
        };
    }
}
