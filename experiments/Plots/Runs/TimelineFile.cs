using System.Text.Json;
using Compression.Training.ModelParallel;

namespace Compression.Experiments.Plots.Runs;

/// <summary>Reads the timeline that a model-parallel run leaves behind.</summary>
internal static class TimelineFile
{
    /// <summary>The events of a run, by their start; none where the run left no timeline, or a damaged one.</summary>
    public static IReadOnlyList<StageEvent> Read(RunData run)
    {
        string path = Path.Combine(run.Folder, ModelParallelReport.TimelineName);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty("traceEvents").EnumerateArray().Where(one => one.GetProperty("ph").ValueEquals("X")).Select(Event)];
        }
        catch (Exception damage) when (damage is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return [];
        }
    }

    private static StageEvent Event(JsonElement one)
    {
        double start = one.GetProperty("ts").GetDouble() / 1e6;
        var details = one.GetProperty("args");
        return new StageEvent(
            one.GetProperty("tid").GetInt32(), one.GetProperty("pid").GetInt32(), details.GetProperty("step").GetInt64(),
            Enum.Parse<StageActivity>(one.GetProperty("cat").GetString()!, ignoreCase: true), details.GetProperty("unit").GetInt32(),
            start, start + (one.GetProperty("dur").GetDouble() / 1e6));
    }
}
