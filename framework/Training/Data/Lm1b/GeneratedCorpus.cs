using System.Globalization;
using System.Text;
using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// Shards of text in which words follow Zipf's law and nothing else: for speed and memory with the vocabulary of the real corpus, where the real corpus is
/// not at hand. A model learns frequencies from it, and no more.
/// </summary>
public sealed record GeneratedCorpus
{
    /// <summary>Words of a sentence: uniform on 5 to 45, 25 on average as in the real corpus.</summary>
    private const int ShortestSentence = 5, LongestSentence = 45;

    /// <summary>Lines of the vocabulary, <c>&lt;S&gt;</c> and <c>&lt;UNK&gt;</c> included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Sentences of all shards.</summary>
    public required long Sentences { get; init; }

    /// <summary>Targets of all shards: the shards end with the sentences that reach them; 0: <see cref="Sentences"/> decides.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of training shards.</summary>
    public required int Shards { get; init; }

    /// <summary>Of all that is drawn.</summary>
    public required ulong Seed { get; init; }

    /// <summary>A text whose words are the most frequent ones, most frequent first, and which becomes the held-out shard; null: words and held-out shard are made up.</summary>
    public string? Heldout { get; init; }

    /// <summary>Writes shards, held-out shard and vocabulary.</summary>
    /// <param name="folder">The data folder; none of them is there.</param>
    /// <param name="cancellation">Leaves nothing of the shards.</param>
    /// <returns>Targets of the training shards.</returns>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: the held-out text has more words than the vocabulary. <see cref="ExitCode.Environment"/>: it cannot be read, or files cannot be written.
    /// </exception>
    public long WriteTo(string folder, CancellationToken cancellation = default)
    {
        var words = Words();
        var draw = new ZipfDraw(words.Count);
        long[] counts = new long[words.Count];
        long sentences = 0;
        using var training = new StagedFiles(Path.Combine(folder, ShardFolder.TrainingFolder));
        using var heldout = new StagedFiles(Path.Combine(folder, ShardFolder.HeldoutFolder));
        for (int shard = 0; shard < Shards; shard++)
        {
            using var file = training.Create(ShardName(shard, Shards));
            sentences += WriteShard(file, words, draw, counts, shard, Share(Sentences, shard), Share(Tokens, shard), cancellation);
        }

        long targets = counts.Sum() + sentences;
        using (var file = heldout.Create(ShardFolder.HeldoutFile))
        {
            if (Heldout is not null)
            {
                using var source = File.OpenRead(Heldout);
                source.CopyTo(file);
            }
            else
            {
                WriteShard(file, words, draw, new long[words.Count], Shards, Math.Max(1, Math.Min(6075, Sentences)), 0, cancellation);
            }
        }

        training.Commit();
        heldout.Commit();
        CountedWords.Of(words, counts, sentences).Write(Path.Combine(folder, WordVocabulary.FileName), threshold: 0);
        return targets;
    }

    /// <summary>The name of a training shard; as in the real corpus, where the text numbered 0 was held out, numbers begin with 1.</summary>
    internal static string ShardName(int shard, int shards) => string.Create(CultureInfo.InvariantCulture, $"news.en-{shard + 1:D5}-of-{shards + 1:D5}");

    private long Share(long all, int shard) => (all * (shard + 1) / Shards) - (all * shard / Shards);

    private WordTable Words()
    {
        int count = VocabularySize - 2;
        var words = Heldout is null ? new WordTable(count) : CountedWords.Of([Heldout]).ByFrequency();
        if (words.Count > count)
        {
            throw new UserErrorException(
                ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture, $"--vocab_size {VocabularySize}: {Heldout} alone has {words.Count} different {Plural.Of(words.Count, "word")}; the smallest that works is {words.Count + 2}"));
        }

        for (int made = 0; words.Count < count; made++)
        {
            words.GetOrAdd(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"w{made:x}")));
        }

        return words;
    }

    private long WriteShard(
        FileStream file, WordTable words, ZipfDraw draw, long[] counts, int shard, long sentences, long tokens, CancellationToken cancellation)
    {
        var random = new RandomWords(RandomKey.Mix(Seed, 0, shard, -1, RandomPurpose.Words));
        using var output = new BufferedStream(file, 1 << 16);
        long written = 0, targets = 0;
        for (; tokens > 0 ? targets < tokens : written < sentences; written++)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = ShortestSentence + random.Below(LongestSentence - ShortestSentence + 1);
            for (int i = 0; i < length; i++)
            {
                int word = draw.Next(ref random);
                counts[word]++;
                output.Write(words[word]);
                output.WriteByte(i + 1 < length ? (byte)' ' : (byte)'\n');
            }

            targets += length + 1;
        }

        return written;
    }
}
