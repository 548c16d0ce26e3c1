using System.Globalization;
using System.Text;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Statistics;
using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>The results of a sweep as tables: one in Markdown with a row for each group, one in CSV with a row for each trial.</summary>
internal static class ReportTables
{
    private static readonly (string Title, string Part)[] s_parts =
    [
        ("forward, backward", "seconds.forward_backward"), ("compress", "seconds.compress"), ("communicate", "seconds.communicate"),
        ("decompress", "seconds.decompress"), ("update", "seconds.update"),
    ];

    /// <summary>The groups, the best first: mean ± half the 95 % confidence interval (Student's t) of the metric, what was sent, and the step's time.</summary>
    /// <param name="plan">The sweep.</param>
    /// <param name="records">Its trials.</param>
    /// <param name="baseline">The group that all others are compared with seed by seed, as <see cref="SweepResults.Baseline"/> reads it; empty: none.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: no such group.</exception>
    public static string Markdown(SweepPlan plan, IReadOnlyList<TrialRecord> records, string baseline = "")
    {
        var groups = SweepResults.Groups(plan, records);
        var other = baseline.Length > 0 ? SweepResults.Baseline(plan, groups, baseline) : null;
        var metric = plan.Grid.Metric;
        var text = new StringBuilder();
        string[] titles =
        [
            .. plan.Varying, metric.Name, .. other is null ? (string[])[] : [$"less {baseline}", "p, paired t"], "trials", "wire ratio", "wire bytes a step", .. s_parts.Select(part => $"{part.Title} (ms)"),
        ];
        Row(text, titles);
        Row(text, titles.Select((_, column) => column < plan.Varying.Count ? "---" : "---:"));
        foreach (var group in groups)
        {
            string trials = FormattableString.Invariant($"{group.Completed.Count} of {group.Trials}");
            Row(text,
            [
                .. group.Values, Interval(group.Of(metric.Name)), .. Compared(group), trials,
                Shown(group.Of("bytes.wire_compression_ratio").Mean, Figures.Ratio), Shown(group.Of("bytes.wire_per_step_per_worker").Mean, Figures.Bytes),
                .. s_parts.Select(part => Shown(group.StepMilliseconds(part.Part), Figures.Number)),
            ]);
        }

        return text.ToString();

        IEnumerable<string> Compared(ResultGroup group)
        {
            if (other is null)
            {
                return [];
            }

            var difference = group.From(other, metric.Name);
            return group == other ? ["-", "-"] : [Interval(difference.Mean), Shown(difference.P, Probability)];
        }
    }

    /// <summary>Every trial with its options, every number of its summary.json, and the checksum of its parameters.</summary>
    public static string Csv(SweepPlan plan, IReadOnlyList<TrialRecord> records)
    {
        var parameters = plan.Grid.Options;
        return CsvText.Of(
        [
            ["trial", "state", .. parameters.Select(name => $"option.{name}"), .. SummaryMetrics.Names, "final_parameters_sha256"],
            .. records.Select(RowOf),
        ]);

        IEnumerable<string> RowOf(TrialRecord record)
        {
            var summary = record.State == TrialState.Completed ? record.Summary : null;
            return
            [
                record.Trial.Id, OptionText.Format(record.State), .. parameters.Select(name => record.Trial[name] ?? ""),
                .. SummaryMetrics.Names.Select(name => summary is null ? "" : SummaryMetrics.Read(summary, name).ToString("R", CultureInfo.InvariantCulture)),
                summary?.FinalParametersSha256 ?? "",
            ];
        }
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

    private static string Interval(Estimate estimate)
    {
        double half = estimate.HalfWidth;
        return Shown(estimate.Mean, Figures.Number)
            + (double.IsNaN(half) ? "" : $" ± {(half < 0.1 ? half.ToString("G2", CultureInfo.InvariantCulture) : Figures.Number(half))}");
    }

    private static string Probability(double p) => p < 0.001 ? "< 0.001" : p.ToString("F3", CultureInfo.InvariantCulture);

    private static string Shown(double value, Func<double, string> format) => double.IsNaN(value) ? "-" : format(value);
}
