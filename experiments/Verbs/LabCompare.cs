using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Verbs;

/// <summary>Bytes and seconds of an outer step by method and rate, measured in the lab beside the prediction.</summary>
internal sealed class LabCompare() : LabMeasureVerb<LabMeasureOptions>(
    "lab compare", "bytes and ms of the training step by method and rate, measured in the lab and predicted; behind --: options of bench steps")
{
    public override IReadOnlyList<string> Examples =>
    [
        "lab compare --hosts 4 --rates 100mbit,1gbit --out lab", "lab compare --methods 'none; sign via majority' -- --num_hid 650 --steps 30",
        "lab compare --rates 100mbit --local_steps 1,8,32 -- --steps 8",
    ];

    protected override Picture Measure(LabMeasureOptions options, IReadOnlyList<LinkRate> rates, IReadOnlyList<int> localSteps, LabMeasurement measurement, TextWriter output)
    {
        output.WriteLine("of an outer step: H local steps and their exchange");
        output.WriteLine("rate      method                                  H        bytes    predicted  measured ms  predicted ms    error  ms a step");
        var comparison = new LabComparison(options.Hosts, measurement);
        var rows = new List<StepPrediction>();
        foreach (var row in comparison.Run(rates, localSteps))
        {
            rows.Add(row);
            output.WriteLine(FormattableString.Invariant(
                $"{row.Rate,-9} {row.Method,-35} {row.LocalSteps,5} {row.WireBytes,12:N0} {row.PredictedBytes,12:N0} {row.MeasuredMs,12:F1} {row.PredictedMs,13:F1} {100 * row.Error,6:F1} % {row.MeasuredMs / row.LocalSteps,10:F1}"));
            output.Flush();
        }

        return ComparisonPicture.Compose(comparison, rows);
    }
}
