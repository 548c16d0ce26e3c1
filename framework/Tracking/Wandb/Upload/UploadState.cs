using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Tracking.Files;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb.Upload;

/// <summary>
/// What the server has confirmed of a run's log, kept beside it. It is written after the server's answer, so that a kill in between
/// makes the same lines go again to the same places, which changes nothing there.
/// </summary>
internal sealed record UploadState
{
    /// <summary>What to do about a run that the server knows already; asked once, before the first line.</summary>
    public WandbResume Resume { get; init; }

    /// <summary>The bases below are the server's.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>Lines of history that the server had before this log.</summary>
    public long HistoryBase { get; init; }

    /// <summary>Lines of system metrics, likewise.</summary>
    public long EventsBase { get; init; }

    /// <summary>Lines of output, likewise.</summary>
    public long OutputBase { get; init; }

    /// <summary>Number of this log's first row.</summary>
    public long FirstStep { get; init; }

    /// <summary>Confirmed lines of history, of this log.</summary>
    public long History { get; init; }

    /// <summary>Confirmed lines of system metrics.</summary>
    public long Events { get; init; }

    /// <summary>Confirmed lines of output.</summary>
    public long Output { get; init; }

    /// <summary>The end was confirmed, with all files: nothing is left to do.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Rows that the log had lost when its end was confirmed: the server's lines are those of the damaged log.</summary>
    public long LostRows { get; init; }

    /// <summary>Where the state of a log is kept.</summary>
    public static string PathOf(string logPath) => logPath + ".upload.json";

    /// <summary>Reads the state of a log; a log never uploaded has the initial one.</summary>
    public static UploadState Read(string logPath)
    {
        string path = PathOf(logPath);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), UploadJsonContext.Default.UploadState) ?? new() : new();
        }
        catch (JsonException)
        {
            // All lines go again.
            return new UploadState();
        }
    }

    /// <summary>Replaces the state in one piece.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">It cannot be written.</exception>
    public void Write(string logPath) => WriteFailure.Guard(() =>
    {
        AtomicFile.Write(
            PathOf(logPath), ReadableJson.Bytes(writer => JsonSerializer.Serialize(writer, this, UploadJsonContext.Default.UploadState)));
        // By this file the official tool knows that it has nothing to do.
        string mark = logPath + ".synced";
        if (IsComplete)
        {
            File.WriteAllText(mark, "");
        }
        else
        {
            File.Delete(mark);
        }
    });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadState))]
internal sealed partial class UploadJsonContext : JsonSerializerContext;
