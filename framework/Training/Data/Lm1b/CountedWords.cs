using System.Globalization;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>Words and how often they occur, from which a vocabulary file is written.</summary>
public sealed class CountedWords
{
    /// <summary>Words that occur less often are unknown words (Chelba and others 2013).</summary>
    public const int PublishedThreshold = 3;

    private readonly WordTable _words = new();
    private long[] _counts = new long[1024];
    private long _sentences;

    /// <summary>Different words.</summary>
    public int Count => _words.Count;

    /// <summary>Counts the words and sentences of shards; each is read into memory, one after another.</summary>
    /// <param name="files">Shards.</param>
    /// <param name="cancellation">Looked at before each shard.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: a shard cannot be read, is not UTF-8, or has no sentence.</exception>
    public static CountedWords Of(IEnumerable<string> files, CancellationToken cancellation = default)
    {
        var counted = new CountedWords();
        var shard = new SentenceShard();
        foreach (string file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            shard.Load(file);
            for (int sentence = 0; sentence < shard.Count; sentence++)
            {
                foreach (var word in new WordsOfLine(shard[sentence]))
                {
                    counted.Add(word, 1);
                }
            }

            counted._sentences += shard.Count;
        }

        return counted;
    }

    internal static CountedWords Of(WordTable words, ReadOnlySpan<long> counts, long sentences)
    {
        var counted = new CountedWords { _sentences = sentences };
        for (int id = 0; id < words.Count; id++)
        {
            counted.Add(words[id], counts[id]);
        }

        return counted;
    }

    /// <summary>The words alone, most frequent first.</summary>
    internal WordTable ByFrequency()
    {
        var words = new WordTable(Count);
        foreach (int id in Order())
        {
            words.GetOrAdd(_words[id]);
        }

        return words;
    }

    /// <summary>
    /// Writes a vocabulary: the most frequent word first, words of one count in the order of their bytes; <c>&lt;S&gt;</c> with the number of sentences, and
    /// <c>&lt;UNK&gt;</c> with the occurrences of all words that are left out, stand where their counts put them.
    /// </summary>
    /// <param name="path">The file; appears whole or not at all.</param>
    /// <param name="threshold">Words that occur less often are left out.</param>
    /// <param name="most">Lines at most, the rarest words being left out; 0: no limit. Otherwise at least 2.</param>
    /// <returns>Lines written.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: the file cannot be written.</exception>
    public int Write(string path, int threshold, int most = 0)
    {
        int[] order = Order();
        int frequent = order.TakeWhile(id => _counts[id] >= threshold).Count();
        int kept = most == 0 ? frequent : Math.Min(frequent, most - 2);
        long unknown = CountOf(WordVocabulary.UnknownWord) + order.Skip(kept).Sum(id => _counts[id]);
        var lines = order.Take(kept).Select(id => (Word: Encoding.UTF8.GetString(_words[id]), Count: _counts[id])).ToList();
        Insert(lines, (WordVocabulary.SentenceMarkWord, _sentences + CountOf(WordVocabulary.SentenceMarkWord)));
        Insert(lines, (WordVocabulary.UnknownWord, unknown));
        using var staged = new StagedFiles(Path.GetDirectoryName(path)!);
        using (var writer = new StreamWriter(staged.Create(Path.GetFileName(path))) { NewLine = "\n" })
        {
            foreach (var (word, count) in lines)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {count}"));
            }
        }

        staged.Commit();
        return lines.Count;
    }

    private static void Insert(List<(string Word, long Count)> lines, (string Word, long Count) line)
    {
        int at = lines.FindIndex(other => other.Count < line.Count);
        lines.Insert(at < 0 ? lines.Count : at, line);
    }

    private int[] Order()
    {
        int[] order = [.. Enumerable.Range(0, Count).Where(id => !IsMark(id))];
        Array.Sort(order, (a, b) => _counts[a] != _counts[b] ? _counts[b].CompareTo(_counts[a]) : _words[a].SequenceCompareTo(_words[b]));
        return order;
    }

    private bool IsMark(int id) => _words[id].SequenceEqual("<S>"u8) || _words[id].SequenceEqual("<UNK>"u8);

    private long CountOf(string word) => _words.Find(Encoding.UTF8.GetBytes(word)) is >= 0 and int id ? _counts[id] : 0;

    private void Add(ReadOnlySpan<byte> word, long count)
    {
        int id = _words.GetOrAdd(word);
        if (id >= _counts.Length)
        {
            Array.Resize(ref _counts, _counts.Length * 2);
        }

        _counts[id] += count;
    }
}
