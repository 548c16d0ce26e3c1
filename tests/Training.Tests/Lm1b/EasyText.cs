using System.Globalization;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;

namespace Compression.Training.Tests.Lm1b;

/// <summary>A data folder whose next word follows from the last.</summary>
internal sealed class EasyText : IDisposable
{
    private const int WordsOfText = 12;
    private const int SentencesOfShard = 60;

    private readonly TemporaryFolder _folder = new();

    /// <param name="vocabulary">Words of the vocabulary, of which few occur.</param>
    /// <param name="shards">Training shards.</param>
    public EasyText(int vocabulary, int shards = 4)
    {
        string[] words = ["<S>", "<UNK>", .. Enumerable.Range(2, vocabulary - 2).Select(number => $"w{number}")];
        File.WriteAllLines(_folder[WordVocabulary.FileName], words.Select((word, rank) => string.Create(CultureInfo.InvariantCulture, $"{word} {vocabulary - rank}")));
        string training = Directory.CreateDirectory(_folder[ShardFolder.TrainingFolder]).FullName, heldout = Directory.CreateDirectory(_folder[ShardFolder.HeldoutFolder]).FullName;
        for (int shard = 0; shard <= shards; shard++)
        {
            var lines = Enumerable.Range(0, SentencesOfShard + shard).Select(line => string.Join(' ', words.Skip(2).Take(WordsOfText)));
            File.WriteAllLines(shard < shards ? Path.Combine(training, $"news.en-{shard + 1:D5}-of-00100") : Path.Combine(heldout, ShardFolder.HeldoutFile), lines);
        }

        Corpus = Lm1bCorpus.Open(_folder.Path, vocabulary);
    }

    public Lm1bCorpus Corpus { get; }

    public void Dispose() => _folder.Dispose();
}
