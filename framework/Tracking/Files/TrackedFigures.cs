using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>The figures that trackers draw, under the names of the CSV files, so that one name finds a figure everywhere.</summary>
internal static class TrackedFigures
{
    /// <summary>Names of all figures of both kinds of rows.</summary>
    public static IEnumerable<string> Names =>
    [
        .. CsvRunLogger.MetricsColumns.Select(column => column.Name),
        "valid_loss", "valid_perplexity", "test_loss", "test_perplexity",
    ];

    /// <summary>The columns of <see cref="RunFiles.Metrics"/>: longs and doubles.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Of(MetricsRecord metrics) =>
        CsvRunLogger.MetricsColumns.Select(column => KeyValuePair.Create(column.Name, column.Value(metrics)));

    /// <summary>An evaluation: the split becomes part of the name, as in <c>valid_perplexity</c>.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Of(EvaluationRecord evaluation) =>
    [
        new("step", evaluation.Step),
        new("epoch", evaluation.Epoch),
        new("tokens", evaluation.Tokens),
        new($"{evaluation.Split}_loss", evaluation.Loss),
        new($"{evaluation.Split}_perplexity", evaluation.Perplexity),
        new("wire_bytes_total", evaluation.WireBytesTotal),
        new("seconds_total", evaluation.SecondsTotal),
    ];
}
