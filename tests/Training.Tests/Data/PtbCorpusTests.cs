using System.Security.Cryptography;
using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.Tests.Data;

[Seeded]
public sealed class PtbCorpusTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Ids_follow_the_first_appearance_in_train_then_valid_then_test()
    {
        Write(" b a b \n\nc", "d a\n", "a e\r\nd\n");
        var corpus = PtbCorpus.Load(_folder.Path);
        Assert.Equal(["b", "a", "<eos>", "c", "d", "e"], corpus.Vocabulary.Words);
        Assert.Equal([0, 1, 0, 2, 2, 3, 2], corpus.Train);
        Assert.Equal([4, 1, 2], corpus.Valid);
        Assert.Equal([1, 5, 2, 4, 2], corpus.Test);
        Assert.Equal("b a b\n\nc\n", corpus.Vocabulary.Decode(corpus.Train));
    }

    [Fact]
    public void Files_are_recorded_with_length_and_checksum()
    {
        Write("a\n", "b\n", "c\n");
        var file = PtbCorpus.Load(_folder.Path).Files[2];
        Assert.Equal(new CorpusFile("ptb.test.txt", 2, Convert.ToHexStringLower(SHA256.HashData("c\n"u8))), file);
    }

    [Fact]
    public void A_byte_order_mark_is_no_word()
    {
        Write("\uFEFFa\n", "b\n", "c\n");
        Assert.Equal("a", PtbCorpus.Load(_folder.Path).Vocabulary.Words[0]);
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        UserErrors.Expect(ExitCode.Environment, () => PtbCorpus.Load(_folder["none"]), _folder["none"], "`data ptb");

    [Fact]
    public void A_missing_file_is_named()
    {
        Write("a\n", "b\n", "c\n");
        File.Delete(_folder["ptb.valid.txt"]);
        UserErrors.Expect(ExitCode.Environment, () => PtbCorpus.Load(_folder.Path), "ptb.valid.txt", "missing", "`data ptb");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \n")]
    public void A_file_without_words_is_an_error(string text)
    {
        Write("a\n", "b\n", text);
        UserErrors.Expect(ExitCode.Usage, () => PtbCorpus.Load(_folder.Path), "ptb.test.txt", "no words");
    }

    [Theory]
    [InlineData(0, new byte[] { 0xFF }, 1)]
    [InlineData(2, new byte[] { 0xC3 }, 2)] // a lead byte without its continuation
    [InlineData(4, new byte[] { 0xE2, 0x82 }, 3)] // cut short at the end of the file
    public void Bytes_that_are_not_utf8_are_located(int at, byte[] bytes, int line)
    {
        Write("a\n", "b\n", "c\n");
        File.WriteAllBytes(_folder["ptb.train.txt"], [.. "a\nb\n"u8[..at], .. bytes, .. "a\nb\n"u8[at..]]);
        UserErrors.Expect(ExitCode.Usage, () => PtbCorpus.Load(_folder.Path), $"ptb.train.txt, line {line}:", "UTF-8");
    }

    [NeedsDataFact("ptb/ptb.train.txt")]
    public void The_penn_treebank_has_its_published_counts()
    {
        var corpus = PtbCorpus.Load(NeededData.Find("ptb")!);
        Assert.Equal(929_589, corpus.Train.Length);
        Assert.Equal(73_760, corpus.Valid.Length);
        Assert.Equal(82_430, corpus.Test.Length);
        Assert.Equal(10_000, corpus.Vocabulary.Count);
        Assert.Equal(PtbDataset.Files, corpus.Files);
        Assert.True(PtbDataset.IsComplete(NeededData.Find("ptb")!));
    }

    [NeedsDataFact("ptb/ptb.valid.txt")]
    public void Tokens_decode_to_the_text()
    {
        string folder = NeededData.Find("ptb")!;
        var corpus = PtbCorpus.Load(folder);
        string[] lines = corpus.Vocabulary.Decode(corpus.Valid).Split('\n');
        Assert.Equal(File.ReadAllLines(Path.Combine(folder, "ptb.valid.txt")).Select(line => line.Trim()).Append(""), lines);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string train, string valid, string test)
    {
        File.WriteAllText(_folder["ptb.train.txt"], train, new UTF8Encoding(false));
        File.WriteAllText(_folder["ptb.valid.txt"], valid);
        File.WriteAllText(_folder["ptb.test.txt"], test);
    }
}
