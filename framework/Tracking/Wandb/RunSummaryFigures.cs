using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Wandb;

/// <summary>The run's summary as figures with the names of summary.json; what lies inside an object gets its name before a dot.</summary>
internal static class RunSummaryFigures
{
    /// <summary>Those that are missing are left out.</summary>
    public static IReadOnlyList<Item> Of(RunSummary summary)
    {
        using var document = JsonSerializer.SerializeToDocument(summary, SummaryJsonContext.Default.RunSummary);
        return [.. Flatten("", document.RootElement)];
    }

    private static IEnumerable<Item> Flatten(string prefix, JsonElement element) =>
        element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).SelectMany(property =>
            property.Value.ValueKind == JsonValueKind.Object
                ? Flatten($"{prefix}{property.Name}.", property.Value)
                : [Item.Of(prefix + property.Name, property.Value.GetRawText())]);
}
