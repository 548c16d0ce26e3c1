using Compression.Core.Reporting;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Sweeps;

/// <summary>Trials that differ in their seeds alone.</summary>
/// <param name="Name">The options that vary, less the seed, on a line.</param>
/// <param name="Values">The options that vary, less the seed, as texts.</param>
/// <param name="Trials">All of them.</param>
/// <param name="Completed">Those that completed.</param>
internal sealed record ResultGroup(string Name, IReadOnlyList<string> Values, int Trials, IReadOnlyList<TrialRecord> Completed)
{
    /// <summary>Mean of a number of summary.json, over the trials that have it.</summary>
    public Estimate Of(string metric) => Estimate.Of(BySeed(metric).Select(pair => pair.Value));

    /// <summary>How far a number of summary.json is from another group's, seed by seed.</summary>
    public PairedDifference From(ResultGroup other, string metric) => PairedDifference.Of(BySeed(metric), other.BySeed(metric));

    /// <summary>Milliseconds a step of a part of the time.</summary>
    public double StepMilliseconds(string part) =>
        Completed.Count == 0 ? double.NaN : Completed.Average(record => 1000 * SummaryMetrics.Read(record.Summary!, part) / Math.Max(1, record.Summary!.Steps));

    private IEnumerable<KeyValuePair<string, double>> BySeed(string metric) =>
        Completed.Select(record => KeyValuePair.Create(record.Trial[SweepParameter.Seed] ?? "", SummaryMetrics.Read(record.Summary!, metric)));
}

/// <summary>The results of a sweep, the best group first.</summary>
internal static class SweepResults
{
    /// <summary>Groups trials.</summary>
    public static IReadOnlyList<ResultGroup> Groups(SweepPlan plan, IReadOnlyList<TrialRecord> records)
    {
        var metric = plan.Grid.Metric;
        var groups = records.GroupBy(record => record.Trial.Describe(plan.Varying)).Select(group => new ResultGroup(
            group.Key, [.. plan.Varying.Select(name => group.First().Trial[name] ?? "")], group.Count(),
            [.. group.Where(record => record.State == TrialState.Completed)]));
        return [.. groups.OrderBy(group => double.IsNaN(group.Of(metric.Name).Mean)).ThenBy(group => metric.Maximize ? -group.Of(metric.Name).Mean : group.Of(metric.Name).Mean)];
    }

    /// <summary>Finds the group that others are compared with.</summary>
    /// <param name="plan">The sweep.</param>
    /// <param name="groups">Its groups.</param>
    /// <param name="text">Options that vary, as <c>compressor=none init_lr=20</c>; as many as tell the group from all others.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: an option that does not vary, or not just one group.</exception>
    public static ResultGroup Baseline(SweepPlan plan, IReadOnlyList<ResultGroup> groups, string text)
    {
        var found = groups;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = word.Split('=')[0], value = word[Math.Min(word.Length, name.Length + 1)..];
            int column = plan.Varying.ToList().IndexOf(name);
            if (column < 0)
            {
                throw Wrong(plan.Varying.Count == 0 ? "nothing but the seed varies here; leave it out" : $"'{name}' does not vary; what varies is {string.Join(", ", plan.Varying)}, as in {plan.Varying[0]}={groups[0].Values[0]}");
            }

            found = [.. found.Where(group => Trial.Canonical(group.Values[column]) == Trial.Canonical(value))];
        }

        return found.Count == 1 ? found[0] : throw Wrong(found.Count == 0
            ? $"no row has these values; there are {Some(groups)}"
            : FormattableString.Invariant($"{found.Count} rows have these values; name one of them: {Some(found)}"));

        static string Some(IReadOnlyList<ResultGroup> rows) => string.Join("; ", rows.Take(4).Select(row => row.Name)) + (rows.Count > 4 ? "; ..." : "");

        UserErrorException Wrong(string problem) => new(ExitCode.Usage, $"--baseline '{text}': {problem}.");
    }
}
