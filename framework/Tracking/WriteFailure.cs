using Compression.Core.Reporting;

namespace Compression.Tracking;

/// <summary>Turns a failed write (full disk, lost permission) into one line for the user.</summary>
internal static class WriteFailure
{
    /// <summary>Whether the exception comes from the file system rather than from a defect.</summary>
    public static bool IsCauseOf(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The user's error for a failed write; the cause stays attached.</summary>
    public static UserErrorException Explain(Exception cause) => new(
        ExitCode.Failure,
        $"cannot write the run's results: {OneLine(cause.Message)}; free space or restore access, then continue with --resume latest",
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

    /// <summary>A system message without line breaks or a closing full stop, to stand inside a sentence.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
