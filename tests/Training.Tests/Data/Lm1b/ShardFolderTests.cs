using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

[Seeded]
public sealed class ShardFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Shards_are_sorted_by_name_and_dealt_out_so_that_each_is_one_workers()
    {
        using var corpus = new SmallCorpus(3, 1, 4, 1, 5);
        var shards = corpus.Shards;
        Assert.Equal(5, shards.Files.Count);
        Assert.Equal(shards.Files.Order(StringComparer.Ordinal), shards.Files);
        for (int workers = 1; workers <= 5; workers++)
        {
            var dealt = Enumerable.Range(0, workers).Select(worker => shards.For(worker, workers)).ToArray();
            Assert.Equal(shards.Files, dealt.SelectMany(files => files).Order(StringComparer.Ordinal));
            Assert.All(dealt.Index(), pair => Assert.Equal(shards.Files[pair.Index], pair.Item[0]));
        }
    }

    [Fact]
    public void More_workers_than_shards_are_refused()
    {
        using var corpus = new SmallCorpus(3, 1);
        UserErrors.Expect(ExitCode.Usage, () => corpus.Shards.For(0, 3), "--num_workers 3", "holds 2", "--shards 3");
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("\n\n \t\n", 0, 0)]
    [InlineData("a", 1, 1)]
    [InlineData("a b\n\nc", 3, 2)]
    [InlineData("  a  b \r\n c\n", 3, 2)]
    [InlineData("é ü\u00A0x\u2028y\n", 2, 1)] // only ASCII white space parts words
    public void Words_and_sentences_are_counted(string text, int words, int sentences)
    {
        File.WriteAllText(Shard("a"), text);
        if (words == 0)
        {
            UserErrors.Expect(ExitCode.Environment, () => TextCount.Of(Shard("a")), "no sentence");
            return;
        }

        Assert.Equal(new TextCount(words, sentences), TextCount.Of(Shard("a")) with { Oddities = default });
    }

    [Fact]
    public void Texts_of_all_lengths_count_as_a_loop_over_their_lines_says()
    {
        var random = new Random(5);
        for (int length = 1; length < 700; length += 3)
        {
            string text = "w" + string.Concat(Enumerable.Range(0, length).Select(_ => " \nabé"[random.Next(5)]));
            File.WriteAllText(Shard("a"), text);
            string[][] lines = [.. text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 0)];
            Assert.Equal(new TextCount(lines.Sum(words => words.Length), lines.Length), TextCount.Of(Shard("a")));
        }
    }

    [Fact]
    public void A_text_longer_than_a_piece_is_counted_whole_also_where_a_character_is_cut()
    {
        string line = string.Concat(Enumerable.Repeat("é漢😀 ", 9)) + "x\n";
        const int Lines = 20_000;
        for (int shift = 0; shift < 4; shift++)
        {
            File.WriteAllText(Shard("a"), new string('y', shift) + string.Concat(Enumerable.Repeat(line, Lines)));
            Assert.Equal(new TextCount(10 * Lines, Lines), TextCount.Of(Shard("a")));
        }
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_named_with_their_line()
    {
        byte[] good = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some words of a line\n", 60_000)));
        File.WriteAllBytes(Shard("a"), [.. good, .. "bad "u8, 0xFF, .. good]);
        UserErrors.Expect(ExitCode.Environment, () => TextCount.Of(Shard("a")), Shard("a"), "line 60001", "not UTF-8");
        UserErrors.Expect(ExitCode.Environment, () => new SentenceShard().Load(Shard("a")), Shard("a"), "line 60001", "not UTF-8");
        File.WriteAllBytes(Shard("a"), [.. "end "u8, 0xC3]);
        UserErrors.Expect(ExitCode.Environment, () => TextCount.Of(Shard("a")), "line 1", "not UTF-8");
    }

    [Fact]
    public void Missing_and_empty_shards_are_named()
    {
        UserErrors.Expect(ExitCode.Environment, () => ShardFolder.Find(_folder.Path, heldout: false), ShardFolder.TrainingFolder, "no such folder", "`data lm1b");
        UserErrors.Expect(ExitCode.Environment, () => ShardFolder.Find(_folder.Path, heldout: true), ShardFolder.HeldoutFolder, "no such folder");
        Directory.CreateDirectory(_folder[ShardFolder.HeldoutFolder]);
        UserErrors.Expect(ExitCode.Environment, () => ShardFolder.Find(_folder.Path, heldout: true), ShardFolder.HeldoutFile, "no such file");
        Directory.CreateDirectory(_folder[ShardFolder.TrainingFolder]);
        UserErrors.Expect(ExitCode.Environment, () => ShardFolder.Find(_folder.Path, heldout: false), "no shard");
        File.WriteAllText(Path.Combine(_folder[ShardFolder.TrainingFolder], "news.en-00001-of-00100"), "");
        UserErrors.Expect(ExitCode.Environment, () => ShardFolder.Find(_folder.Path, heldout: false), "news.en-00001-of-00100", "empty shard");
    }

    [NeedsDataFact("lm1b/heldout-monolingual.tokenized.shuffled")]
    public void The_held_out_shard_has_its_159658_targets()
    {
        var shards = ShardFolder.Find(NeededData.Find("lm1b")!, heldout: true);
        Assert.Equal(new TextCount(153_583, 6_075), TextCount.Of(shards.Files[0]));
        Assert.Equal(159_658, shards.CountTokens());
    }

    public void Dispose() => _folder.Dispose();

    private string Shard(string name) => _folder[name];
}
