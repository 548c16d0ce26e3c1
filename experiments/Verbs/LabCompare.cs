using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Verbs;

/// <summary>Seconds a step by method and rate, measured in the lab beside the prediction.</summary>
internal sealed class LabCompare() : LabMeasureVerb<LabMeasureOptions>(
    "lab compare", "ms of the training step by method and rate, measured in the lab and predicted; behind --: options of bench steps")
{
    public override IReadOnlyList<string> Examples =>
        ["lab compare --hosts 4 --rates 100mbit,1gbit --out lab", "lab compare --methods 'none; sign via majority' -- --num_hid 650 --steps 30"];

    protected override Picture Measure(LabMeasureOptions options, IReadOnlyList<LinkRate> rates, LabMeasurement measurement, TextWriter output)
    {
        output.WriteLine("rate      method                                     bytes  measured ms  predicted ms    error");
        var comparison = new LabComparison(options.Hosts, measurement);
        var rows = new List<StepPrediction>();
        foreach (var row in comparison.Run(rates))
        {
            rows.Add(row);
            output.WriteLine(FormattableString.Invariant(
                $"{row.Rate,-9} {row.Method,-35} {row.WireBytes,12:N0} {row.MeasuredMs,12:F1} {row.PredictedMs,13:F1} {100 * row.Error,6:F1} %"));
            output.Flush();
        }

        return ComparisonPicture.Compose(comparison, rows);
    }
}
