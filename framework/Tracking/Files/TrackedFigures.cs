using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>The figures that trackers draw, under the names of the CSV files, so that one name finds a figure everywhere.</summary>
internal static class TrackedFigures
{
    private const string Split = "split";

    // These are of a split, and have it before their name.
    private static readonly string[] s_ofSplit = ["loss", "perplexity"], s_splits = ["valid", "test"];

    /// <summary>Names of all figures of both kinds of rows.</summary>
    public static IEnumerable<string> Names =>
        [.. RowColumns.Metrics.Select(column => column.Name), .. s_splits.SelectMany(split => s_ofSplit.Select(name => $"{split}_{name}"))];

    /// <summary>The columns of <see cref="RunFiles.Metrics"/>: longs and doubles.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Of(MetricsRecord metrics) =>
        RowColumns.Metrics.Select(column => KeyValuePair.Create(column.Name, column.Value(metrics)));

    /// <summary>An evaluation: the split becomes part of the name, as in <c>valid_perplexity</c>.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Of(EvaluationRecord evaluation) => RowColumns.Evaluations
        .Where(column => column.Name != Split)
        .Select(column => KeyValuePair.Create(s_ofSplit.Contains(column.Name) ? $"{evaluation.Split}_{column.Name}" : column.Name, column.Value(evaluation)));
}
