using Compression.Core.Reporting;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Sweeps;

/// <summary>Trials that differ in their seeds alone.</summary>
/// <param name="Values">The options that vary, less the seed, as texts.</param>
/// <param name="Trials">All of them.</param>
/// <param name="Completed">The results of those that completed.</param>
internal sealed record ResultGroup(IReadOnlyList<string> Values, int Trials, IReadOnlyList<RunSummary> Completed)
{
    /// <summary>Mean of a number of summary.json, over the trials that have it.</summary>
    public Estimate Of(string metric) => Estimate.Of(Completed.Select(summary => SummaryMetrics.Read(summary, metric)));

    /// <summary>Milliseconds a step of a part of the time.</summary>
    public double StepMilliseconds(string part) =>
        Completed.Count == 0 ? double.NaN : Completed.Average(summary => 1000 * SummaryMetrics.Read(summary, part) / Math.Max(1, summary.Steps));
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
        return [.. groups.OrderBy(group => double.IsNaN(group.Of(metric.Name).Mean)).ThenBy(group => metric.Maximize ? -group.Of(metric.Name).Mean : group.Of(metric.Name).Mean)];
    }
}
