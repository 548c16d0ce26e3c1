using System.Text.Json;

namespace Compression.Training.ModelParallel;

/// <summary>Events in Chrome's trace format, as chrome://tracing and Perfetto open it: a process a replica, a thread a stage.</summary>
public static class ChromeTrace
{
    private const double Microseconds = 1e6;

    /// <summary>Writes a file.</summary>
    public static void Write(string path, IEnumerable<StageEvent> events)
    {
        StageEvent[] all = [.. events.OrderBy(one => one.Start)];
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        foreach (int replica in all.Select(one => one.Replica).Distinct().Order())
        {
            Name(json, "process_name", replica, 0, $"replica {replica}");
        }

        foreach (var (replica, stage) in all.Select(one => (one.Replica, one.Stage)).Distinct().Order())
        {
            Name(json, "thread_name", replica, stage, $"stage {stage}");
        }

        foreach (var one in all)
        {
            string activity = one.Activity.ToString().ToLowerInvariant();
            json.WriteStartObject();
            json.WriteString("name", $"{activity} {one.Unit}");
            json.WriteString("cat", activity);
            json.WriteString("ph", "X");
            json.WriteNumber("ts", one.Start * Microseconds);
            json.WriteNumber("dur", (one.End - one.Start) * Microseconds);
            json.WriteNumber("pid", one.Replica);
            json.WriteNumber("tid", one.Stage);
            json.WriteStartObject("args");
            json.WriteNumber("step", one.Step);
            json.WriteNumber("unit", one.Unit);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, string what, int replica, int stage, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", what);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", replica);
        json.WriteNumber("tid", stage);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
