using Compression.Core.Reporting;
using Compression.Training.Data;
using Compression.Training.Data.Lm1b;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class SentenceCorpusTests
{
    [Fact]
    public void One_mark_parts_sentences_and_ids_are_lines_of_the_vocabulary()
    {
        using var folder = Folder();
        var corpus = TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache: null);
        Assert.Equal(["the", "<S>", "cat", "<UNK>", "dog"], corpus.Vocabulary.Words);
        Assert.Equal([1, 0, 2, 1, 0, 4, 1, 3, 1], corpus.Train);
        Assert.Equal([1, 4, 3, 1], corpus.Valid);
        Assert.Equal(corpus.Valid, corpus.Test);
        Assert.Contains("2 shards", corpus.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_found_by_its_vocabulary_and_kept_until_a_shard_changes()
    {
        using var folder = Folder();
        using var cache = new TemporaryFolder();
        Assert.Equal(folder.Path, TransformerXlCorpus.Find(TextDataset.Lm1b, folder.Path, new CorpusPlaces(folder.Path, folder.Path, null)));
        var first = TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache.Path);
        Assert.Single(Directory.GetFiles(cache.Path));
        Assert.Equal(first.Train, TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache.Path).Train);
        File.AppendAllText(folder[Path.Combine(ShardFolder.TrainingFolder, "news.en-00001-of-00100")], "dog dog\n");
        Assert.Equal([1, 0, 2, 1, 4, 4, 1, 0, 4, 1, 3, 1], TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache.Path).Train);
        Assert.Equal(2, Directory.GetFiles(cache.Path).Length);
    }

    [Theory]
    [InlineData(WordVocabulary.FileName)]
    [InlineData(ShardFolder.TrainingFolder)]
    [InlineData(ShardFolder.HeldoutFolder)]
    public void What_is_missing_is_named(string what)
    {
        using var folder = Folder();
        Directory.Move(folder[what], folder["elsewhere"]);
        UserErrors.Expect(ExitCode.Environment, () => TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache: null), what, "`data lm1b");
    }

    [NeedsDataFact("lm1b/heldout-monolingual.tokenized.shuffled")]
    public void The_held_out_shard_has_its_known_number_of_words()
    {
        string data = NeededData.Find("lm1b")!;
        string heldout = Path.Combine(ShardFolder.HeldoutFolder, ShardFolder.HeldoutFile);
        using var folder = Folder();
        File.Copy(Path.Combine(data, heldout), folder[heldout], overwrite: true);
        var corpus = TransformerXlCorpus.Load(TextDataset.Lm1b, folder.Path, cache: null);

        // The marks and words of 6,075 sentences, and the mark before the first.
        Assert.Equal(159_658 + 1, corpus.Valid.Length);
        Assert.Equal(6_075 + 1, corpus.Valid.ToArray().Count(id => id == 1));
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder[WordVocabulary.FileName], "the 9\n<S> 7\ncat 5\n<UNK> 3\ndog 1\n");
        Directory.CreateDirectory(folder[ShardFolder.TrainingFolder]);
        Directory.CreateDirectory(folder[ShardFolder.HeldoutFolder]);
        File.WriteAllText(folder[Path.Combine(ShardFolder.TrainingFolder, "news.en-00001-of-00100")], "the cat\n\n");
        File.WriteAllText(folder[Path.Combine(ShardFolder.TrainingFolder, "news.en-00002-of-00100")], "the dog\nCat\n");
        File.WriteAllText(folder[Path.Combine(ShardFolder.HeldoutFolder, ShardFolder.HeldoutFile)], "dog mouse\n");
        return folder;
    }
}
