using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>The words of a corpus and their ids, numbered by first appearance.</summary>
public class Vocabulary
{
    /// <summary>The token that closes each line.</summary>
    public const string EndOfLine = "<eos>";

    /// <summary><see cref="EndOfLine"/> as it would stand in a file.</summary>
    internal static ReadOnlySpan<byte> EndOfLineUtf8 => "<eos>"u8;

    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;

    internal Vocabulary() => _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Words that are named by their ids, for measurements that need no text.</summary>
    public static Vocabulary Numbered(int count)
    {
        var vocabulary = new Vocabulary();
        for (int id = 0; id < count; id++)
        {
            vocabulary.GetOrAdd(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return vocabulary;
    }

    /// <summary>Number of types, <see cref="EndOfLine"/> included.</summary>
    public int Count => _words.Count;

    /// <summary>The words; the index is the id.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>SHA-256 of the words in the order of their ids, each with a line feed behind it, in lower-case hexadecimal.</summary>
    public string Fingerprint() => WordListFingerprint.Of(_words);

    /// <summary>Looks a word up.</summary>
    public bool TryGetId(ReadOnlySpan<char> word, out int id) => _idsBySpan.TryGetValue(word, out id);

    /// <summary>The text of tokens: words parted by one space, a line break for each <see cref="EndOfLine"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is none of this vocabulary's.</exception>
    public virtual string Decode(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder();
        foreach (int token in tokens)
        {
            string word = _words[token];
            if (word == EndOfLine)
            {
                text.Append('\n');
                continue;
            }

            if (text.Length > 0 && text[^1] != '\n')
            {
                text.Append(' ');
            }

            text.Append(word);
        }

        return text.ToString();
    }

    /// <summary>The ids of a text's words; a line break is <see cref="EndOfLine"/>, a word that is not here <c>&lt;unk&gt;</c>.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: no word, or one that has no id.</exception>
    public virtual int[] Encode(string text)
    {
        string[] words = [.. text.Replace("\n", $" {EndOfLine} ", StringComparison.Ordinal).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        if (words.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "--generate: the text has no word; give at least one.");
        }

        return [.. words.Select(word => TryGetId(word, out int id) || TryGetId("<unk>", out id)
            ? id
            : throw new UserErrorException(ExitCode.Usage, $"--generate: the vocabulary has no '{word}'; use other words."))];
    }

    internal int GetOrAdd(ReadOnlySpan<char> word)
    {
        if (!_idsBySpan.TryGetValue(word, out int id))
        {
            id = _words.Count;
            string text = word.ToString();
            _words.Add(text);
            _ids.Add(text, id);
        }

        return id;
    }
}
