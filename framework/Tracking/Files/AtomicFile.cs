using System.Text;

namespace Compression.Tracking.Files;

/// <summary>
/// Replaces a file in one piece: a reader, or a run killed at any moment, sees the old content or the new, never a part.
/// </summary>
public static class AtomicFile
{
    private const string Suffix = ".tmp";

    /// <summary>Whether a file that nobody writes is what a killed process would have renamed.</summary>
    public static bool IsLeftover(string path) =>
        path.EndsWith(Suffix, StringComparison.Ordinal) && Path.GetExtension(path[..^Suffix.Length]) is { Length: > 1 } process
        && !process.AsSpan(1).ContainsAnyExceptInRange('0', '9');

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">The file cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the bytes beside the target, forces them to the disk, then renames over the target.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">The file cannot be written; the old content is intact.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> content) => WriteFailure.Guard(() =>
    {
        var temporary = $"{path}.{Environment.ProcessId}{Suffix}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(content.Span);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception cause)
        {
            File.Delete(temporary);
            throw WriteFailure.IsCauseOf(cause) ? WriteFailure.Explain(cause, cause.Message.Replace(temporary, path, StringComparison.Ordinal)) : cause;
        }
    });
}
