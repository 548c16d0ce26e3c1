using Compression.Core.Reporting;

namespace Compression.Experiments.Sweeps;

/// <summary>Trials that differ in their seeds alone.</summary>
/// <param name="Values">The options that vary, less the seed, as texts.</param>
/// <param name="Trials">All of them.</param>
/// <param name="Completed">The results of those that completed.</param>
internal sealed record ResultGroup(IReadOnlyList<string> Values, int Trials, IReadOnlyList<RunSummary> Completed)
{
    /// <summary>Mean of a number of summary.json, over the trials that have it; NaN where none has.</summary>
    public double Mean(string metric) => Finite(metric) is { Length: > 0 } values ? values.Average() : double.NaN;

    /// <summary>Half the width of the mean's 95 % confidence interval; NaN for fewer than two values.</summary>
    public double HalfWidth(string metric) => StudentT.HalfWidth(Finite(metric));

    /// <summary>Milliseconds a step of a part of the time.</summary>
    public double StepMilliseconds(string part) =>
        Completed.Count == 0 ? double.NaN : Completed.Average(summary => 1000 * SummaryMetrics.Read(summary, part) / Math.Max(1, summary.Steps));

    private double[] Finite(string metric) => [.. Completed.Select(summary => SummaryMetrics.Read(summary, metric)).Where(double.IsFinite)];
}

/// <summary>The results of a sweep, the best group first.</summary>
internal static class SweepResults
{
    /// <summary>Groups trials.</summary>
    public static IReadOnlyList<ResultGroup> Groups(SweepPlan plan, IReadOnlyList<TrialRecord> records)
    {
        var metric = plan.Grid.Metric;
        var groups = records.GroupBy(record => record.Trial.Describe(plan.Varying)).Select(group => new ResultGroup(
            [.. plan.Varying.Select(name => group.First().Trial[name] ?? "")], group.Count(),
            [.. group.Where(record => record.State == TrialState.Completed).Select(record => record.Summary!)]));
        return [.. groups.OrderBy(group => double.IsNaN(group.Mean(metric.Name))).ThenBy(group => metric.Maximize ? -group.Mean(metric.Name) : group.Mean(metric.Name))];
    }
}
