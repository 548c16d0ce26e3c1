using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Provenance;

/// <summary>The options that an earlier run wrote into its config.json.</summary>
/// <param name="Values">Name and text of each option that has a value.</param>
/// <param name="FromCommandLine">The names that its user gave.</param>
public sealed record RecordedRun(IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> FromCommandLine)
{
    /// <summary>The names of all options, those without a value too.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The trainer's verb, the second word of the run's command line; null where no such is recorded.</summary>
    public string? Verb => CommandLine.Split(' ') is [_, var verb, ..] ? verb : null;

    /// <summary>The command that started the run, or went on with it last; empty where the file does not say.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>Where it was read.</summary>
    public required string File { get; init; }

    /// <summary>Reads the config.json of a run folder.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: it is missing or damaged.</exception>
    public static RecordedRun Read(string runFolder)
    {
        string path = Path.Combine(runFolder, RunFiles.Config);
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            var options = document.RootElement.GetProperty("options").EnumerateObject()
                .Where(option => option.Value.ValueKind != JsonValueKind.Null)
                .ToDictionary(option => option.Name, option => option.Value.ToString(), StringComparer.Ordinal);
            foreach (var (name, text) in options.Where(option => option.Value is "True" or "False").ToList())
            {
                options[name] = text == "True" ? "true" : "false";
            }

            var given = document.RootElement.GetProperty("from_command_line").EnumerateArray().Select(name => name.GetString()!);
            return new RecordedRun(options, given.ToHashSet(StringComparer.Ordinal))
            {
                Names = [.. document.RootElement.GetProperty("options").EnumerateObject().Select(option => option.Name)],
                CommandLine = document.RootElement.TryGetProperty("command_line", out var line) ? line.GetString() ?? "" : "",
                File = path,
            };
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                ExitCode.Checkpoint, $"{path}: cannot be read, so the run's options are unknown; restore it beside the checkpoints.", cause);
        }
        catch (Exception cause) when (cause is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserErrorException(
                ExitCode.Checkpoint, $"{path}: not the configuration of a run; restore it beside the checkpoints.", cause);
        }
    }
}
