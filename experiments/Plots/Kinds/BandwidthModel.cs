using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>
/// How long a run would have taken over links of a given speed: for each log interval, the measured computing, compressing, decompressing and
/// updating of one worker, and its copies between host and device, plus the bits that a worker sent by the speed of the link, plus a latency an exchange. Nothing
/// overlaps; evaluations and checkpoints are not counted.
/// </summary>
internal static class BandwidthModel
{
    /// <summary>The curve of a run with modelled seconds in place of the measured ones.</summary>
    /// <param name="run">A run with rows in metrics.csv.</param>
    /// <param name="kind">Which perplexity.</param>
    /// <param name="rate">Speed of each worker's link.</param>
    /// <param name="latency">Seconds an exchange.</param>
    public static IReadOnlyList<CurvePoint> Curve(RunData run, PerplexityKind kind, LinkRate rate, double latency)
    {
        // Simulated workers compute one after another, but would do so at the same time; where each has an optimizer of its own, they update so too.
        double share = run.VirtualWorkers > 0 ? 1.0 / run.VirtualWorkers : 1, updateShare = run.HasLocalWeights ? share : 1;
        var known = new List<(long Step, double Seconds)> { (0, 0) };
        long bytesBefore = 0;
        foreach (var row in run.Metrics)
        {
            double local = (share * (row.Seconds.ForwardBackward + row.Seconds.Compress + row.Seconds.Decompress + row.Seconds.Copy)) + (updateShare * row.Seconds.Update);
            double wire = (double)(row.WireBytesTotal - bytesBefore) / run.Workers * 8 / rate.BitsPerSecond;
            known.Add((row.Step, known[^1].Seconds + local + wire + (latency * (run.ExchangesBy(row.Step) - run.ExchangesBy(known[^1].Step)))));
            bytesBefore = row.WireBytesTotal;
        }

        return [.. Series.Curve.Of(run, kind).Where(_ => known.Count > 1).Select(point => point with { Seconds = At(known, point.Step) })];
    }

    /// <summary>Seconds after a step, linearly between the rows; beyond the last at the pace of the last interval.</summary>
    private static double At(List<(long Step, double Seconds)> known, long step)
    {
        int next = known.FindIndex(row => row.Step >= step);
        int right = next < 0 ? known.Count - 1 : Math.Max(1, next);
        var (from, to) = (known[right - 1], known[right]);
        return from.Seconds + ((to.Seconds - from.Seconds) * (step - from.Step) / Math.Max(1, to.Step - from.Step));
    }
}
