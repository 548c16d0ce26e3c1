using Compression.Core.Reporting;
using Compression.Training.Data;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class TransformerXlCorpusTests
{
    [Fact]
    public void Words_are_numbered_by_count_behind_the_end_of_the_line_and_case_is_kept()
    {
        using var folder = Folder("b B a b\n\na b\n", "c a\n", "a\n");
        var corpus = TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, cache: null);
        Assert.Equal(["<eos>", "a", "b", "B", "c"], corpus.Vocabulary.Words);
        Assert.Equal([2, 3, 1, 2, 0, 0, 1, 2, 0], corpus.Train);
        Assert.Equal([4, 1, 0], corpus.Valid);
    }

    [Fact]
    public void Of_WikiText_103_train_alone_is_counted_and_other_words_are_unknown()
    {
        using var folder = Folder("a <unk> a\n", "c a\n", "a\n");
        var corpus = TransformerXlCorpus.Load(TextDataset.Wt103, folder.Path, cache: null);
        Assert.Equal(["<eos>", "a", "<unk>"], corpus.Vocabulary.Words);
        Assert.Equal([2, 1, 0], corpus.Valid);
        using var strange = Folder("a b\n", "c\n", "a\n");
        UserErrors.Expect(ExitCode.Usage, () => TransformerXlCorpus.Load(TextDataset.Wt103, strange.Path, cache: null), "'c'", "<unk>");
    }

    [Fact]
    public void Letters_have_no_ends_of_lines()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["train.txt", "valid.txt", "test.txt"])
        {
            File.WriteAllText(folder[name], "t h e _ t\n");
        }

        var corpus = TransformerXlCorpus.Load(TextDataset.Text8, folder.Path, cache: null);
        Assert.Equal(["t", "h", "e", "_"], corpus.Vocabulary.Words);
        Assert.Equal([0, 1, 2, 3, 0], corpus.Test);
    }

    [Fact]
    public void What_is_kept_of_a_text_is_used_again_until_the_text_changes_or_it_is_damaged()
    {
        using var folder = Folder("a b a\n", "a\n", "b\n");
        using var cache = new TemporaryFolder();
        var first = TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, cache.Path);
        string kept = Directory.GetFiles(cache.Path).Single();
        DateTime written = File.GetLastWriteTimeUtc(kept);
        var second = TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, cache.Path);
        Assert.Equal(first.Train, second.Train);
        Assert.Equal(first.Vocabulary.Words, second.Vocabulary.Words);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));

        byte[] bytes = File.ReadAllBytes(kept);
        bytes[^6] ^= 1;
        File.WriteAllBytes(kept, bytes);
        Assert.Equal(first.Test, TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, cache.Path).Test);

        File.WriteAllText(folder["wiki.train.tokens"], "b b a\n");
        Assert.Equal(["<eos>", "b", "a"], TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, cache.Path).Vocabulary.Words);
        Assert.Equal(2, Directory.GetFiles(cache.Path).Length);
    }

    [Fact]
    public void A_folder_without_its_files_is_told_with_the_cure()
    {
        using var folder = new TemporaryFolder();
        var places = new CorpusPlaces(folder.Path, folder.Path, folder.Path);
        UserErrors.Expect(ExitCode.Environment, () => TransformerXlCorpus.Find(TextDataset.Wt2, "", places), "--dataset wt2", "wiki.train.tokens", "data wikitext");
        UserErrors.Expect(ExitCode.Environment, () => TransformerXlCorpus.Find(TextDataset.Ptb, "nowhere", places), "--data nowhere", "data ptb");
        File.WriteAllText(folder["wiki.train.tokens"], "a\n");
        UserErrors.Expect(ExitCode.Environment, () => TransformerXlCorpus.Load(TextDataset.Wt2, folder.Path, null), "wiki.valid.tokens", "missing");
    }

    [NeedsDataFact("wikitext-2")]
    public void WikiText_2_has_its_published_tokens_and_types()
    {
        var corpus = TransformerXlCorpus.Load(TextDataset.Wt2, NeededData.Find("wikitext-2")!, cache: null);
        Assert.Equal((2_088_628, 217_646, 245_569, 33_278), (corpus.Train.Length, corpus.Valid.Length, corpus.Test.Length, corpus.Vocabulary.Count));
        Assert.Equal(["<eos>", "the"], corpus.Vocabulary.Words.Take(2));
    }

    [NeedsDataFact("wikitext-2")]
    public void WikiText_is_copied_whole_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        WikiTextDataset.Small.ImportFrom(NeededData.Find("wikitext-2")!, folder["good"]);
        Assert.Equal(3, Directory.GetFiles(folder["good"]).Length);
        File.AppendAllText(Path.Combine(folder["good"], "wiki.test.tokens"), "x\n");
        UserErrors.Expect(ExitCode.Usage, () => WikiTextDataset.Small.ImportFrom(folder["good"], folder["bad"]), "wiki.test.tokens", "SHA-256");
        File.AppendAllText(Path.Combine(folder["good"], "wiki.train.tokens"), "x\n");
        UserErrors.Expect(ExitCode.Usage, () => WikiTextDataset.Small.ImportFrom(folder["good"], folder["bad"]), "2088630 tokens");
        UserErrors.Expect(ExitCode.Environment, () => WikiTextDataset.Small.ImportFrom(folder["nowhere"], folder["bad"]), "wiki.train.tokens");
        Assert.Empty(Directory.GetFiles(folder["bad"]));
    }

    private static TemporaryFolder Folder(string train, string valid, string test)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["wiki.train.tokens"], train);
        File.WriteAllText(folder["wiki.valid.tokens"], valid);
        File.WriteAllText(folder["wiki.test.tokens"], test);
        return folder;
    }
}
