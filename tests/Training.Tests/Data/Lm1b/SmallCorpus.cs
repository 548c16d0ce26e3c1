using System.Globalization;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

/// <summary>A data folder with some shards, in which every word is a number of its own, so that a target tells where it comes from.</summary>
internal sealed class SmallCorpus : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="sentences">Of each shard.</param>
    public SmallCorpus(params int[] sentences)
    {
        Directory.CreateDirectory(_folder[ShardFolder.TrainingFolder]);
        int word = 0;
        for (int shard = 0; shard < sentences.Length; shard++)
        {
            var lines = new List<string>();
            for (int sentence = 0; sentence < sentences[shard]; sentence++)
            {
                int length = 1 + ((shard + (sentence * 7)) % 11);
                lines.Add(string.Join(' ', Enumerable.Range(word, length).Select(Text)));
                word += length;
            }

            File.WriteAllText(Path.Combine(_folder[ShardFolder.TrainingFolder], $"news.en-{shard + 1:D5}-of-00100"), string.Join('\n', lines) + "\n");
        }

        Words = word;
        Targets = word + sentences.Sum();
        File.WriteAllLines(_folder[WordVocabulary.FileName], [.. Enumerable.Range(0, word).Select(i => $"{Text(i)} 1"), "<S> 1", "<UNK> 0"]);
    }

    public string Folder => _folder.Path;

    public int Words { get; }

    public int Targets { get; }

    public WordVocabulary Vocabulary => WordVocabulary.Read(_folder[WordVocabulary.FileName], "vocabulary");

    public ShardFolder Shards => ShardFolder.Find(_folder.Path, heldout: false);

    public void Dispose() => _folder.Dispose();

    private static string Text(int word) => word.ToString(CultureInfo.InvariantCulture);
}
