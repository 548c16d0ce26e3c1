using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// The vocabulary of One Billion Words: a file of lines <c>word count</c>, most frequent first, where the line's number, from 0, is the word's id.
/// </summary>
public sealed class WordVocabulary
{
    /// <summary>Name of the file in a data folder.</summary>
    public const string FileName = "1b_word_vocab.txt";

    /// <summary>The word that opens and closes each sentence.</summary>
    public const string SentenceMarkWord = "<S>";

    /// <summary>The word that stands for all words that are not in the vocabulary.</summary>
    public const string UnknownWord = "<UNK>";

    /// <summary><see cref="SentenceMarkWord"/> as it would stand in a shard.</summary>
    internal static ReadOnlySpan<byte> SentenceMarkUtf8 => "<S>"u8;

    private readonly WordTable _words;
    private readonly string _shownAs;

    private WordVocabulary(WordTable words, string shownAs, string sha256, int wordsInFile)
    {
        _words = words;
        _shownAs = shownAs;
        Sha256 = sha256;
        WordsInFile = wordsInFile;
        SentenceMark = Required(SentenceMarkWord);
        Unknown = Required(UnknownWord);
    }

    /// <summary>Number of words.</summary>
    public int Count => _words.Count;

    /// <summary>Words of the file, of which <see cref="Count"/> are used.</summary>
    public int WordsInFile { get; }

    /// <summary>The id of <see cref="SentenceMarkWord"/>.</summary>
    public int SentenceMark { get; }

    /// <summary>The id of <see cref="UnknownWord"/>.</summary>
    public int Unknown { get; }

    /// <summary>SHA-256 of the whole file, in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>One line for the log: how many words, of which file, and whether some were left out.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count:N0} {Plural.Of(Count, "word")} of {_shownAs}{(Count < WordsInFile ? $", the first of {WordsInFile:N0}; the others are {UnknownWord}" : "")}");

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shownAs">How messages name it.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Environment"/>: it cannot be read; a line is no word and its count, or counts more than the one before; a word stands twice; <c>&lt;S&gt;</c> or <c>&lt;UNK&gt;</c> is missing.
    /// </exception>
    public static WordVocabulary Read(string path, string shownAs)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                ExitCode.Environment,
                $"{shownAs}: the vocabulary cannot be read; get it with `data lm1b`, or count the words of the shards with `data lm1b --build_vocab`", cause);
        }

        var words = Parse(Utf8Text.Of(bytes), shownAs);
        return new WordVocabulary(words, shownAs, Convert.ToHexStringLower(SHA256.HashData(bytes)), words.Count);
    }

    /// <summary>
    /// The vocabulary of a model with <paramref name="count"/> words: the file's first lines, which are its most frequent words; all others are unknown words.
    /// </summary>
    /// <param name="count">The model's vocab_size.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: the file has fewer words, since rows of the model would stand for nothing; or <c>&lt;S&gt;</c> or <c>&lt;UNK&gt;</c> is not among the first.
    /// </exception>
    public WordVocabulary First(int count)
    {
        if (count > Count)
        {
            throw new UserErrorException(
                ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"vocab_size={count}: {_shownAs} has {Count} {Plural.Of(Count, "word")}; set --hpconfig vocab_size={Count}, or name a larger vocabulary"));
        }

        if (count == Count)
        {
            return this;
        }

        int least = Math.Max(SentenceMark, Unknown) + 1;
        if (count < least)
        {
            throw new UserErrorException(
                ExitCode.Usage, string.Create(
                    CultureInfo.InvariantCulture,
                    $"vocab_size={count}: the first {count} {Plural.Of(count, "word")} of {_shownAs} lack {(SentenceMark >= count ? SentenceMarkWord : UnknownWord)}; the smallest vocab_size that works is {least}"));
        }

        var words = new WordTable(count);
        for (int id = 0; id < count; id++)
        {
            words.GetOrAdd(_words[id]);
        }

        return new WordVocabulary(words, _shownAs, Sha256, WordsInFile);
    }

    /// <summary>SHA-256 of the words that are used, in the order of their ids, each with a line feed behind it, in lower-case hexadecimal.</summary>
    public string Fingerprint()
    {
        using var fingerprint = new WordListFingerprint();
        for (int id = 0; id < Count; id++)
        {
            fingerprint.Add(_words[id]);
        }

        return fingerprint.Text;
    }

    /// <summary>The id of a word; <see cref="Unknown"/> where it is not in the vocabulary. Allocates nothing.</summary>
    /// <param name="utf8">The word.</param>
    public int IdOf(ReadOnlySpan<byte> utf8)
    {
        int id = _words.Find(utf8);
        return id >= 0 ? id : Unknown;
    }

    /// <summary>The word of an id.</summary>
    /// <param name="id">0 to <see cref="Count"/>−1.</param>
    public string WordOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Count);
        return Encoding.UTF8.GetString(_words[id]);
    }

    /// <summary>Checks a vocabulary file, and copies it into a data folder.</summary>
    /// <returns>Its words.</returns>
    internal static int CopyFile(string path, string folder)
    {
        int words = Read(path, path).Count;
        using var staged = new StagedFiles(folder);
        using (var output = staged.Create(FileName))
        {
            output.Write(File.ReadAllBytes(path));
        }

        staged.Commit();
        return words;
    }

    private static WordTable Parse(ReadOnlySpan<byte> text, string shownAs)
    {
        var words = new WordTable(Math.Max(16, text.Count((byte)'\n') + 1));
        ulong before = ulong.MaxValue;
        for (int line = 1; !text.IsEmpty; line++)
        {
            int end = text.IndexOf((byte)'\n');
            var content = (end < 0 ? text : text[..end]).TrimEnd((byte)'\r');
            text = end < 0 ? default : text[(end + 1)..];
            int space = content.LastIndexOf((byte)' ');
            ulong count = 0;
            bool isPair = space > 0 && content[..space].IndexOfAnyInRange((byte)0, WordsOfLine.LastSeparator) < 0 && Utf8.IsValid(content)
                && Utf8Parser.TryParse(content[(space + 1)..], out count, out int read) && read == content.Length - space - 1;
            if (!isPair)
            {
                string shown = Encoding.UTF8.GetString(content.Length > 40 ? content[..40] : content).ReplaceLineEndings(" ");
                throw Damaged(shownAs, line, $"'{shown}' is not a word and its count with one space between");
            }

            if (words.GetOrAdd(content[..space]) != line - 1)
            {
                throw Damaged(shownAs, line, $"{Encoding.UTF8.GetString(content[..space])} stands in line {words.Find(content[..space]) + 1} already");
            }

            // Words are drawn by their line, the first most often: sampled softmax and clusters rest on falling counts.
            if (count > before)
            {
                throw Damaged(shownAs, line, $"{Encoding.UTF8.GetString(content[..space])} counts {count}, more than the {before} of the line before; the most frequent word comes first");
            }

            before = count;
        }

        return words;
    }

    private static UserErrorException Damaged(string shownAs, int line, string what) => new(
        ExitCode.Environment,
        string.Create(CultureInfo.InvariantCulture, $"{shownAs}, line {line}: {what}; get the vocabulary anew with `data lm1b`, or build it with --build_vocab"));

    private int Required(string word)
    {
        int id = _words.Find(Encoding.UTF8.GetBytes(word));
        return id >= 0 ? id : throw new UserErrorException(
            ExitCode.Environment, $"{_shownAs}: no line {word} in it; the vocabulary must hold {SentenceMarkWord} and {UnknownWord}, as that of `data lm1b` does");
    }
}
