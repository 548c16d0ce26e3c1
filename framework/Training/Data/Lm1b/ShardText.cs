using System.Globalization;
using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>What the bytes of a shard must be.</summary>
internal static class ShardText
{
    private const string Cure = "get the shard anew with `./run.sh data lm1b`";

    /// <summary>Length of a text without a character that is cut in two at its end.</summary>
    public static int WholeCharacters(ReadOnlySpan<byte> text)
    {
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
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: not UTF-8.</exception>
    public static void RequireUtf8(ReadOnlySpan<byte> text, string path, long linesBefore = 0)
    {
        if (Utf8.IsValid(text))
        {
            return;
        }

        long line = linesBefore + 1;
        foreach (var range in text.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(text[range]))
            {
                break;
            }

            line++;
        }

        throw new UserErrorException(
            ExitCode.Environment, string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: not UTF-8; {Cure}, or convert it to UTF-8"));
    }

    /// <summary>A shard without words.</summary>
    public static UserErrorException WithoutSentence(string path) =>
        new(ExitCode.Environment, $"{path}: no sentence in it; {Cure}, or delete it");

    /// <summary>A shard that cannot be opened or read.</summary>
    public static UserErrorException Unreadable(string path, Exception cause) =>
        new(ExitCode.Environment, $"{path}: cannot be read: {cause.Message.ReplaceLineEndings(" ")}; {Cure}", cause);
}
