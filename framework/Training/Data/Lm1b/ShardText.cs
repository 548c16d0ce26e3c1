using System.Globalization;
using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>What the bytes of a shard must be.</summary>
internal static class ShardText
{
    private const string Cure = "get the shard anew with `data lm1b`";

    /// <summary>Length of a text without a word that may be cut in two at its end; where it is one long word, without a character that is.</summary>
    public static int WholeWords(ReadOnlySpan<byte> text)
    {
        if (text.LastIndexOfAnyInRange((byte)0, WordsOfLine.LastSeparator) is >= 0 and int separator)
        {
            return separator + 1;
        }

        for (int back = 1; back <= Math.Min(4, text.Length); back++)
        {
            byte lead = text[^back];
            if ((lead & 0xC0) != 0x80)
            {
                int length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
                return length > back ? text.Length - back : text.Length;
            }
        }

        return text.Length;
    }

    /// <summary>Checks a part of a shard.</summary>
    /// <param name="text">The part.</param>
    /// <param name="path">The shard.</param>
    /// <param name="linesBefore">Lines before the part.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: not UTF-8, or with a zero byte.</exception>
    public static void Require(ReadOnlySpan<byte> text, string path, long linesBefore = 0)
    {
        if (IsText(text))
        {
            return;
        }

        long line = linesBefore;
        foreach (var range in text.Split((byte)'\n'))
        {
            line++;
            if (!IsText(text[range]))
            {
                string what = Utf8.IsValid(text[range]) ? Utf8Text.ZeroByte : "not UTF-8; convert it to UTF-8";
                throw new UserErrorException(ExitCode.Environment, string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: {what}, or {Cure}"));
            }
        }
    }

    /// <summary>A shard without words.</summary>
    public static UserErrorException WithoutSentence(string path) =>
        new(ExitCode.Environment, $"{path}: no sentence in it; {Cure}, or delete it");

    /// <summary>A shard that cannot be opened or read.</summary>
    public static UserErrorException Unreadable(string path, Exception cause) =>
        new(ExitCode.Environment, $"{path}: cannot be read: {cause.Message.ReplaceLineEndings(" ")}; {Cure}", cause);

    private static bool IsText(ReadOnlySpan<byte> text) => Utf8.IsValid(text) && !text.Contains((byte)0);
}
