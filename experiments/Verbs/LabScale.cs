using Compression.Benchmarks;
using Compression.Core.Catalog;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Kinds;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabScale"/>.</summary>
public sealed record LabScaleOptions : LabMeasureOptions
{
    /// <summary>The defaults: beside the usual methods two whose bytes do not grow with the workers.</summary>
    public LabScaleOptions() => Methods = StepBenchmarkOptions.UsualMethods + "; topk(ratio=0.01) via gtopk; sign via reducescatter";

    /// <summary>For how many.</summary>
    [Option("workers", "numbers of workers, parted by commas")]
    public string Workers { get; init; } = "4,8,16,32,64,128,256,512,1024";
}

/// <summary>What the model of the lab says about many workers.</summary>
internal sealed class LabScale() : LabMeasureVerb<LabScaleOptions>(
    "lab scale", "ms of the training step of many workers, modelled from links measured in the lab; behind --: options of bench steps")
{
    private const int MostWorkers = 65536;

    public override IReadOnlyList<string> Examples =>
        ["lab scale --rates 100mbit,1gbit --out scale", "lab scale --rates 10gbit --workers 64,1024 -- --num_hid 1500"];

    protected override Picture Measure(LabScaleOptions options, IReadOnlyList<LinkRate> rates, IReadOnlyList<int> localSteps, LabMeasurement measurement, TextWriter output)
    {
        var workers = Numbers("workers", options.Workers, 2, MostWorkers, "8,64,1024");
        ScaleModel.Check(measurement.Methods);
        var alone = measurement.Steps(1, null);
        var model = new ScaleModel(options.Hosts, alone, measurement.Steps(options.Hosts, null));
        output.WriteLine("of an outer step: H local steps and their exchange");
        output.WriteLine("modelled  method                                  H workers          bytes   local ms  exchange ms    step ms  efficiency");
        var points = new List<ScalePoint>();
        foreach (var rate in rates)
        {
            var cost = measurement.Exchanges(options.Hosts, rate, alone.Parameters);
            foreach (var point in measurement.Methods.SelectMany(method => localSteps.SelectMany(steps => workers.Select(count => model.At(rate, cost, method, steps, count)))))
            {
                points.Add(point);
                output.WriteLine(FormattableString.Invariant(
                    $"{point.Rate,-9} {point.Method,-35} {point.LocalSteps,5} {point.Workers,7:N0} {point.WireBytes,14:N0} {point.LocalMs,10:F1} {point.ExchangeMs,12:F1} {point.StepMs,10:F1} {100 * point.Efficiency,9:F1} %"));
            }

            output.Flush();
        }

        return ScalePicture.Compose(model, new MethodStyles(measurement.Methods), points);
    }
}
