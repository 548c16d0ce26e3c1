using System.Text;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>How long names and paths may be: file systems count bytes of UTF-8, not letters.</summary>
public static class PathName
{
    /// <summary>Bytes that a name holds, on every usual file system.</summary>
    public const int LongestName = 255;

    // Linux takes 4095; what a run puts below its folder needs some of them.
    private const int LongestPath = 3840;

    /// <summary>Refuses a path in which a name, or which itself, is too long, before anything is done for it.</summary>
    /// <param name="path">As the user gave it, or in full.</param>
    /// <param name="shownAs">The option that was given.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void Require(string path, string shownAs)
    {
        if (path.Split('/').FirstOrDefault(name => Encoding.UTF8.GetByteCount(name) > LongestName) is { } longest)
        {
            throw TooLong(shownAs, longest, "name", LongestName);
        }

        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw TooLong(shownAs, path, "path", LongestPath);
        }
    }

    /// <summary>The beginning of a text that has so many bytes at most; no letter is cut in two.</summary>
    public static string Cut(string text, int bytes)
    {
        int length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static UserErrorException TooLong(string shownAs, string text, string kind, int most)
    {
        const int Shown = 24;
        return new UserErrorException(ExitCode.Usage, FormattableString.Invariant(
            $"{shownAs} '{Cut(text, Shown)}...': a {kind} of {Encoding.UTF8.GetByteCount(text)} bytes; {most} are the most. Choose a shorter one."));
    }
}
