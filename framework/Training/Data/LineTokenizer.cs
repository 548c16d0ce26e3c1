using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>Splits UTF-8 text at white space and closes each line, blank ones too, with <see cref="Vocabulary.EndOfLine"/>.</summary>
internal static class LineTokenizer
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="file">Named in messages.</param>
    /// <param name="utf8">The whole file.</param>
    /// <param name="vocabulary">Grows by the words that are new to it.</param>
    /// <param name="closesLines">False: line ends leave no token.</param>
    /// <exception cref="UserErrorException">Not UTF-8, or without a word.</exception>
    public static int[] Tokenize(string file, ReadOnlySpan<byte> utf8, Vocabulary vocabulary, bool closesLines = true)
    {
        char[] text = Decode(file, utf8, out int length);
        var tokens = new List<int>(length / 5);
        int words = 0;
        for (var rest = text.AsSpan(0, length); !rest.IsEmpty;)
        {
            int lineEnd = rest.IndexOf('\n');
            words += AddWords(lineEnd < 0 ? rest : rest[..lineEnd], vocabulary, tokens);
            if (closesLines)
            {
                tokens.Add(vocabulary.GetOrAdd(Vocabulary.EndOfLine));
            }

            rest = lineEnd < 0 ? [] : rest[(lineEnd + 1)..];
        }

        return words > 0
            ? [.. tokens]
            : throw new UserErrorException(ExitCode.Usage, $"{file}: no words in it; expected text with one sentence a line");
    }

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

    private static char[] Decode(string file, ReadOnlySpan<byte> utf8, out int length)
    {
        if (utf8.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }

        var text = new char[utf8.Length];
        var status = Utf8.ToUtf16(utf8, text, out int valid, out length, replaceInvalidSequences: false);
        if (status != System.Buffers.OperationStatus.Done)
        {
            int line = utf8[..valid].Count((byte)'\n') + 1;
            throw new UserErrorException(ExitCode.Usage, $"{file}, line {line}: not UTF-8; convert the file to UTF-8");
        }

        return text;
    }
}
