using System.Text.RegularExpressions;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Turns a failed write (full disk, lost permission) into one line for the user.</summary>
public static partial class WriteFailure
{
    /// <summary>Whether the exception comes from the file system rather than from a defect.</summary>
    public static bool IsCauseOf(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The user's error for a failed write; the cause stays attached.</summary>
    /// <param name="cause">What the system says.</param>
    /// <param name="message">The same, with the file's lasting name; null for the cause's own message.</param>
    public static UserErrorException Explain(Exception cause, string? message = null) => new(
        ExitCode.Failure,
        $"cannot write the run's results: {OneLine(message ?? cause.Message)}; free space or restore access, then "
        + (QuotedPath().Match(message ?? cause.Message) is { Success: true } match && HasCheckpoint(match.Groups[1].Value)
            ? "continue with --resume latest"
            : "start the run again"),
        cause);

    /// <summary>Runs a write; its failure becomes a <see cref="UserErrorException"/>.</summary>
    public static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (IsCauseOf(exception))
        {
            throw Explain(exception);
        }
    }

    // Files of a run lie in its folder, or a few folders below.
    private static bool HasCheckpoint(string file)
    {
        for (string? folder = Path.GetDirectoryName(file); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string checkpoints = Path.Combine(folder, RunFiles.Checkpoints);
            if (Directory.Exists(checkpoints))
            {
                return Directory.EnumerateDirectories(checkpoints, "step-*").Any();
            }
        }

        return false;
    }

    [GeneratedRegex("'(/[^']+)'")]
    private static partial Regex QuotedPath();

    /// <summary>A system message without line breaks or a closing full stop, to stand inside a sentence.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
