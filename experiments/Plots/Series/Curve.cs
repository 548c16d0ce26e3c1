using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Series;

/// <summary>A point of a run's way: where it was after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Perplexity">Of the text that the curve is about.</param>
/// <param name="Seconds">Wall-clock since the start.</param>
/// <param name="Bytes">Bytes that one worker has put on the wire, mean over the workers.</param>
internal sealed record CurvePoint(long Step, double Perplexity, double Seconds, double Bytes);

/// <summary>The points of all runs of a series after one step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Perplexity">Mean and interval.</param>
/// <param name="Seconds">Mean wall-clock.</param>
/// <param name="Bytes">Mean of the bytes a worker.</param>
internal sealed record SeriesPoint(long Step, Estimate Perplexity, double Seconds, double Bytes);

/// <summary>Perplexity on the way of a run, and of a series.</summary>
internal static class Curve
{
    /// <summary>The points of a run that are finite, by step.</summary>
    public static IReadOnlyList<CurvePoint> Of(RunData run, PerplexityKind kind)
    {
        double share = 1.0 / run.Workers;
        var points = kind == PerplexityKind.Train
            ? run.Metrics.Select(row => new CurvePoint(row.Step, Math.Exp(row.TrainLoss), row.SecondsTotal, row.WireBytesTotal * share))
            : run.Evaluations.Where(row => row.Split == Perplexities.SplitOf(kind))
                .Select(row => new CurvePoint(row.Step, row.Perplexity, row.SecondsTotal, row.WireBytesTotal * share));
        return
        [
            .. points.Where(point => double.IsFinite(point.Perplexity)).GroupBy(point => point.Step).Select(group => group.Last()).OrderBy(point => point.Step),
        ];
    }

    /// <summary>The steps that all runs of a series have, with the mean over them.</summary>
    public static IReadOnlyList<SeriesPoint> Of(RunSeries series, PerplexityKind kind) => Of(series, run => Of(run, kind));

    /// <summary>Likewise, of curves that are made otherwise.</summary>
    public static IReadOnlyList<SeriesPoint> Of(RunSeries series, Func<RunData, IReadOnlyList<CurvePoint>> curveOf)
    {
        var curves = series.Comparable.Select(curveOf).Where(curve => curve.Count > 0).ToArray();
        return
        [
            .. curves.SelectMany(curve => curve).GroupBy(point => point.Step).Where(group => group.Count() == curves.Length).OrderBy(group => group.Key)
                .Select(group => new SeriesPoint(
                    group.Key, Estimate.Of(group.Select(point => point.Perplexity)), group.Average(point => point.Seconds), group.Average(point => point.Bytes))),
        ];
    }

    /// <summary>
    /// Where a curve first comes down to a perplexity, linearly between its points; null where it never does. A higher target is never
    /// reached later.
    /// </summary>
    public static CurvePoint? FirstAt(IReadOnlyList<CurvePoint> curve, double perplexity)
    {
        for (int i = 0; i < curve.Count; i++)
        {
            var here = curve[i];
            if (here.Perplexity > perplexity)
            {
                continue;
            }

            if (i == 0)
            {
                return here;
            }

            var before = curve[i - 1];
            double share = (before.Perplexity - perplexity) / (before.Perplexity - here.Perplexity);
            double Between(double from, double to) => from + (share * (to - from));
            return new CurvePoint(
                (long)Math.Round(Between(before.Step, here.Step)), perplexity, Between(before.Seconds, here.Seconds), Between(before.Bytes, here.Bytes));
        }

        return null;
    }
}
