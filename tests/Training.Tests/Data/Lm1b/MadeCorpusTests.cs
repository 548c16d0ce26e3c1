using System.Globalization;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

/// <summary>Corpora and vocabularies that are made: counted, split, generated.</summary>
[Seeded]
public sealed class MadeCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static GeneratedCorpus Small => new() { VocabularySize = 500, Sentences = 4000, Shards = 3, Seed = 7 };

    [Fact]
    public void Words_are_counted_over_all_shards_and_rare_ones_are_unknown()
    {
        File.WriteAllText(_folder["1"], "b a b é\nrare a\n");
        File.WriteAllText(_folder["2"], "a b é c c\n\né c <UNK>\n");
        int lines = CountedWords.Of([_folder["1"], _folder["2"]]).Write(_folder["v"], CountedWords.PublishedThreshold);
        Assert.Equal(["<S> 4", "a 3", "b 3", "c 3", "é 3", "<UNK> 2"], File.ReadAllLines(_folder["v"]));
        Assert.Equal(6, lines);
        var vocabulary = WordVocabulary.Read(_folder["v"], "v");
        Assert.Equal((0, 5), (vocabulary.SentenceMark, vocabulary.Unknown));
        CountedWords.Of([_folder["1"], _folder["2"]]).Write(_folder["v"], CountedWords.PublishedThreshold, most: 4);
        Assert.Equal(["<UNK> 8", "<S> 4", "a 3", "b 3"], File.ReadAllLines(_folder["v"]));
    }

    [Fact]
    public void A_split_gives_first_sentences_to_training_and_the_others_to_the_held_out_shard()
    {
        string[] sentences = [.. Enumerable.Range(0, 100).Select(i => $"s{i} of {i % 7}")];
        File.WriteAllLines(_folder["text"], sentences);
        Assert.Equal(30, HeldoutSplit.Write(_folder["text"], 70, 3, null, _folder["to"]));
        var training = ShardFolder.Find(_folder["to"], heldout: false);
        Assert.Equal([23, 23, 24], training.Files.Select(file => File.ReadAllLines(file).Length));
        Assert.Equal(sentences[..70], training.Files.SelectMany(File.ReadAllLines));
        Assert.Equal(sentences[70..], File.ReadAllLines(ShardFolder.Find(_folder["to"], heldout: true).Files[0]));
        Assert.Equal(70 + 1 + 7 + 2, WordVocabulary.Read(Path.Combine(_folder["to"], WordVocabulary.FileName), "v").Count);
        UserErrors.Expect(ExitCode.Usage, () => HeldoutSplit.Write(_folder["text"], 100, 3, null, _folder["no"]), "--split 100", "99");
        UserErrors.Expect(ExitCode.Usage, () => HeldoutSplit.Write(_folder["text"], 5, 6, null, _folder["no"]), "--shards 6", "5");
    }

    [Fact]
    public void Zipfs_law_holds_for_what_is_drawn()
    {
        const int Ranks = 1000, Draws = 2_000_000;
        var draw = new ZipfDraw(Ranks);
        var random = new RandomWords(11);
        int[] counts = new int[Ranks];
        for (int i = 0; i < Draws; i++)
        {
            counts[draw.Next(ref random)]++;
        }

        double sum = Enumerable.Range(1, Ranks).Sum(rank => 1.0 / rank);
        double chiSquare = counts.Index().Sum(pair => Math.Pow(pair.Item - (Draws / sum / (pair.Index + 1)), 2) / (Draws / sum / (pair.Index + 1)));
        Assert.InRange(chiSquare, Ranks - 1 - (5 * Math.Sqrt(2 * Ranks)), Ranks - 1 + (5 * Math.Sqrt(2 * Ranks)));
    }

    [Fact]
    public void Generated_shards_are_counted_by_their_vocabulary()
    {
        long targets = Small.WriteTo(_folder["to"]);
        var shards = ShardFolder.Find(_folder["to"], heldout: false);
        Assert.Equal(3, shards.Files.Count);
        Assert.Equal(targets, shards.CountTokens());
        Assert.Equal(4000, shards.Files.Sum(file => TextCount.Of(file).Sentences));
        string[][] lines = [.. File.ReadLines(Path.Combine(_folder["to"], WordVocabulary.FileName)).Select(line => line.Split(' '))];
        Assert.Equal(500, lines.Length);
        long[] counts = [.. lines.Select(line => long.Parse(line[1], CultureInfo.InvariantCulture))];
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.Equal(targets, counts.Sum());

        // Every word of the held-out shard is one of the vocabulary.
        var vocabulary = WordVocabulary.Read(Path.Combine(_folder["to"], WordVocabulary.FileName), "v");
        using var batches = SentenceBatches.Once(vocabulary, ShardFolder.Find(_folder["to"], heldout: true).Files, 8, 20);
        var batch = new SentenceBatch(20, 8);
        while (batches.Next(batch))
        {
            Assert.DoesNotContain(vocabulary.Unknown, batch.Target);
        }
    }

    [Fact]
    public void The_same_seed_generates_the_same_text_and_another_another()
    {
        Small.WriteTo(_folder["a"]);
        Small.WriteTo(_folder["b"]);
        (Small with { Seed = 8 }).WriteTo(_folder["c"]);
        string Text(string corpus, int shard) => File.ReadAllText(ShardFolder.Find(_folder[corpus], heldout: false).Files[shard]);
        Assert.Equal(Text("a", 1), Text("b", 1));
        Assert.NotEqual(Text("a", 1), Text("c", 1));
        Assert.NotEqual(Text("a", 1)[..200], Text("a", 0)[..200]);
    }

    [Fact]
    public void As_many_tokens_are_generated_as_asked_for_up_to_the_last_sentences()
    {
        long targets = (Small with { Tokens = 50_000, Shards = 4 }).WriteTo(_folder["to"]);
        Assert.InRange(targets, 50_000, 50_000 + (4 * 46));
    }

    [Fact]
    public void Words_of_a_held_out_text_come_first_and_it_becomes_the_held_out_shard()
    {
        File.WriteAllText(_folder["text"], "x y x w0\nx z z\n");
        (Small with { Heldout = _folder["text"] }).WriteTo(_folder["to"]);
        Assert.Equal(File.ReadAllText(_folder["text"]), File.ReadAllText(ShardFolder.Find(_folder["to"], heldout: true).Files[0]));
        string[] words = [.. File.ReadLines(Path.Combine(_folder["to"], WordVocabulary.FileName)).Select(line => line.Split(' ')[0])];
        Assert.Equal(500, words.Distinct().Count());
        Assert.Equal(["x", "z", "w0", "y"], words.Where(word => word is not "<S>" and not "<UNK>").Take(4));
        UserErrors.Expect(
            ExitCode.Usage, () => (Small with { Heldout = _folder["text"], VocabularySize = 5 }).WriteTo(_folder["no"]), "--vocab_size 5", "is 6");
    }

    public void Dispose() => _folder.Dispose();
}
