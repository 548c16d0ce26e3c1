using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Compression.Tracking.Files;

namespace Compression.Tracking.Wandb;

/// <summary>Which log belongs to a run directory, so that a resumed run goes on in it.</summary>
/// <param name="Log">Its path, absolute or relative to the run directory.</param>
internal sealed record RunPointer(string Log)
{
    private const string FileName = "run.json";
    private const string IdLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 8;

    /// <summary>The log of the run that is continued; null where there is none.</summary>
    public static string? Find(RunDirectory directory)
    {
        string path = Path.Combine(directory.PathOf(RunFiles.Wandb), FileName);
        try
        {
            return File.Exists(path)
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), PointerJsonContext.Default.RunPointer) is { Log: { } log }
                && File.Exists(directory.PathOf(log))
                    ? directory.PathOf(log)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The id of a run, and where its log goes: <c>wandb/[offline-]run-&lt;yyyyMMdd_HHmmss&gt;-&lt;id&gt;/run-&lt;id&gt;.wandb</c>.</summary>
    public static (string Id, string Log) New(RunDirectory directory, WandbOptions options, TimeProvider time)
    {
        string id = options.RunId.Length > 0 ? options.RunId : RandomNumberGenerator.GetString(IdLetters, IdLength);
        string stamp = time.GetLocalNow().ToString("yyyyMMdd'_'HHmmss", CultureInfo.InvariantCulture);
        string kind = options.Mode == WandbMode.Offline ? "offline-run" : "run";
        string folder = options.Folder.Length > 0 ? Path.Combine(options.Folder, RunFiles.Wandb) : directory.PathOf(RunFiles.Wandb);
        return (id, Path.Combine(folder, $"{kind}-{stamp}-{id}", $"run-{id}.wandb"));
    }

    /// <summary>Notes the log in the run directory.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">It cannot be written.</exception>
    public static void Write(RunDirectory directory, string log) => WriteFailure.Guard(() =>
    {
        string folder = Directory.CreateDirectory(directory.PathOf(RunFiles.Wandb)).FullName;
        string relative = Path.GetRelativePath(directory.FullPath, log);
        var pointer = new RunPointer(relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(log) : relative);
        AtomicFile.Write(
            Path.Combine(folder, FileName),
            ReadableJson.Bytes(writer => JsonSerializer.Serialize(writer, pointer, PointerJsonContext.Default.RunPointer)));
    });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunPointer))]
internal sealed partial class PointerJsonContext : JsonSerializerContext;
