using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>
/// summary.json: the properties of <see cref="RunSummary"/> in snake_case. JSON has no NaN and no infinity: such a figure is
/// written as null, and read back as NaN where it may not be missing.
/// </summary>
public static class SummaryFile
{
    /// <summary>Replaces the file in one piece.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Write(string path, RunSummary summary) =>
        AtomicFile.Write(
            path,
            ReadableJson.Bytes(writer => JsonSerializer.Serialize(writer, summary, SummaryJsonContext.Default.RunSummary)));

    /// <summary>Reads a summary back, for reports.</summary>
    /// <exception cref="JsonException">The content is not a summary.</exception>
    public static RunSummary Read(string path) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(path), SummaryJsonContext.Default.RunSummary)
        ?? throw new JsonException($"'{path}' holds null instead of a summary");

    /// <summary>The summary of a run; null where it has written none that can be read.</summary>
    public static RunSummary? Find(string runFolder)
    {
        string path = Path.Combine(runFolder, RunFiles.Summary);
        try
        {
            return File.Exists(path) ? Read(path) : null;
        }
        catch (Exception cause) when (cause is JsonException or IOException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class SummaryJsonContext : JsonSerializerContext;
