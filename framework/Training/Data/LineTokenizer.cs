using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>Splits UTF-8 text at white space and closes each line, blank ones too, with <see cref="Vocabulary.EndOfLine"/>.</summary>
internal static class LineTokenizer
{
    /// <param name="file">Named in messages.</param>
    /// <param name="utf8">The whole file.</param>
    /// <param name="vocabulary">Grows by the words that are new to it.</param>
    /// <param name="closesLines">False: line ends leave no token.</param>
    /// <exception cref="UserErrorException">Not UTF-8, with a zero byte, or without a word.</exception>
    public static int[] Tokenize(string file, ReadOnlySpan<byte> utf8, Vocabulary vocabulary, bool closesLines = true)
    {
        var text = Decode(file, utf8);
        var tokens = new List<int>(text.Length / 5);
        int words = 0;
        for (var rest = text; !rest.IsEmpty;)
        {
            int lineEnd = rest.IndexOf('\n');
            words += AddWords(lineEnd < 0 ? rest : rest[..lineEnd], vocabulary, tokens);
            if (closesLines)
            {
                tokens.Add(vocabulary.GetOrAdd(Vocabulary.EndOfLine));
            }

            rest = lineEnd < 0 ? [] : rest[(lineEnd + 1)..];
        }

        return words > 0 ? [.. tokens] : throw WithoutWords(file);
    }

    /// <summary>The characters of a file.</summary>
    /// <param name="file">Named in messages.</param>
    /// <param name="utf8">The whole file.</param>
    /// <exception cref="UserErrorException">Not UTF-8, or with a zero byte.</exception>
    public static ReadOnlySpan<char> Decode(string file, ReadOnlySpan<byte> utf8)
    {
        utf8 = Utf8Text.Of(utf8);
        var text = new char[utf8.Length];
        var status = Utf8.ToUtf16(utf8, text, out int valid, out int length, replaceInvalidSequences: false);
        int bad = status == System.Buffers.OperationStatus.Done ? utf8.IndexOf((byte)0) : valid;
        if (bad >= 0)
        {
            int line = utf8[..bad].Count((byte)'\n') + 1;
            string what = utf8[bad] == 0 ? Utf8Text.ZeroByte : "not UTF-8; convert the file to UTF-8";
            throw new UserErrorException(ExitCode.Usage, $"{file}, line {line}: {what}");
        }

        return text.AsSpan(0, length);
    }

    /// <summary>A file without text.</summary>
    public static UserErrorException WithoutWords(string file) => new(ExitCode.Usage, $"{file}: no words in it; expected text with one sentence a line");

    private static int AddWords(ReadOnlySpan<char> line, Vocabulary vocabulary, List<int> tokens)
    {
        int before = tokens.Count;
        for (int at = 0; at < line.Length;)
        {
            if (char.IsWhiteSpace(line[at]))
            {
                at++;
                continue;
            }

            int start = at;
            while (at < line.Length && !char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            tokens.Add(vocabulary.GetOrAdd(line[start..at]));
        }

        return tokens.Count - before;
    }
}
