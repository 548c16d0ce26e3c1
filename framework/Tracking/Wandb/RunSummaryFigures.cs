using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Tracking.Wandb;

/// <summary>The run's summary as figures with the names of summary.json; what lies inside an object gets its name before a dot.</summary>
internal static class RunSummaryFigures
{
    /// <summary>Names and JSON texts; figures that are missing are left out.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(RunSummary summary)
    {
        using var document = JsonSerializer.SerializeToDocument(summary, TrackingJsonContext.Default.RunSummary);
        return [.. Flatten("", document.RootElement)];
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string prefix, JsonElement element) =>
        element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).SelectMany(property =>
            property.Value.ValueKind == JsonValueKind.Object
                ? Flatten($"{prefix}{property.Name}.", property.Value)
                : [KeyValuePair.Create(prefix + property.Name, property.Value.GetRawText())]);
}
