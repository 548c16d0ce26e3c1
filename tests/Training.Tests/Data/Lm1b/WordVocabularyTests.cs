using System.Security.Cryptography;
using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

[Seeded]
public sealed class WordVocabularyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Ids_are_line_numbers_from_0_and_other_words_are_unknown()
    {
        var vocabulary = Read("the 9\n<S> 5\nà 4\n<UNK> 3\na 0\n");
        Assert.Equal(5, vocabulary.Count);
        Assert.Equal(1, vocabulary.SentenceMark);
        Assert.Equal(3, vocabulary.Unknown);
        Assert.Equal([0, 1, 2, 3, 4, 3, 3], ((string[])["the", "<S>", "à", "<UNK>", "a", "The", ""]).Select(word => vocabulary.IdOf(Encoding.UTF8.GetBytes(word))));
        Assert.Equal(["the", "<S>", "à", "<UNK>", "a"], Enumerable.Range(0, 5).Select(vocabulary.WordOf));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["vocab.txt"]))), vocabulary.Sha256);
    }

    [Theory]
    [InlineData("the 9\nof\n<S> 1\n<UNK> 1\n", "line 2", "'of'")]
    [InlineData("the 9\n\n<S> 1\n<UNK> 1\n", "line 2", "''")]
    [InlineData("the  9\n<S> 1\n<UNK> 1\n", "line 1", "'the  9'")]
    [InlineData("the nine\n<S> 1\n<UNK> 1\n", "line 1", "'the nine'")]
    [InlineData("the 9x\n<S> 1\n<UNK> 1\n", "line 1", "'the 9x'")]
    [InlineData("the -9\n<S> 1\n<UNK> 1\n", "line 1", "'the -9'")]
    [InlineData("the 9\n<S> 1\n<UNK> 1\nthe 1\n", "line 4", "the stands in line 1 already")]
    [InlineData("the 9\n<UNK> 1\n", "vocab.txt", "<S>")]
    [InlineData("the 9\n<S> 1\n", "vocab.txt", "<UNK>")]
    [InlineData("", "vocab.txt", "<S>")]
    public void A_damaged_file_is_named_with_its_line(string text, params string[] parts) =>
        UserErrors.Expect(ExitCode.Environment, () => Read(text), ["vocab.txt", .. parts]);

    [Fact]
    public void A_word_that_is_not_utf8_is_named_with_its_line()
    {
        File.WriteAllBytes(_folder["vocab.txt"], [.. "the 9\n"u8, 0xC3, .. " 4\n<S> 1\n<UNK> 1\n"u8]);
        UserErrors.Expect(ExitCode.Environment, () => WordVocabulary.Read(_folder["vocab.txt"], "vocab.txt"), "vocab.txt, line 2");
    }

    [Fact]
    public void Without_a_file_the_message_says_how_to_get_it() => UserErrors.Expect(
        ExitCode.Environment, () => WordVocabulary.Read(_folder["none"], "--datadir x/1b_word_vocab.txt"), "--datadir x/1b_word_vocab.txt", "`data lm1b", "--build_vocab");

    [Fact]
    public void The_first_words_are_a_vocabulary_whose_other_words_are_unknown()
    {
        var whole = Read("the 9\n<S> 5\n<UNK> 3\nof 2\nto 1\n");
        var first = whole.First(4);
        Assert.Equal([0, 1, 2, 3, 2], ((string[])["the", "<S>", "<UNK>", "of", "to"]).Select(word => first.IdOf(Encoding.UTF8.GetBytes(word))));
        Assert.Equal(4, first.Count);
        Assert.Contains("the first of 5", first.Description, StringComparison.Ordinal);
        Assert.Equal(whole.Sha256, first.Sha256);
        Assert.Same(whole, whole.First(5));
    }

    [Fact]
    public void A_model_of_more_words_than_the_file_has_is_refused() => UserErrors.Expect(
        ExitCode.Usage, () => Read("<S> 5\n<UNK> 3\n").First(793_470), "vocab_size=793470", "2 words", "vocab_size=2");

    [Fact]
    public void A_model_without_room_for_the_unknown_word_is_refused() => UserErrors.Expect(
        ExitCode.Usage, () => Read("<S> 5\nthe 4\n<UNK> 3\n").First(2), "vocab_size=2", "<UNK>", "is 3");

    [Fact]
    public void Many_words_of_all_lengths_are_found_again()
    {
        string[] words = [.. Enumerable.Range(0, 20_000).Select(i => new string((char)('a' + (i % 26)), i % 23) + i + (i % 3 == 0 ? "é" : "")).Distinct()];
        var vocabulary = Read(string.Concat(words.Select(word => word + " 7\n")) + "<S> 1\n<UNK> 1\n");
        Assert.All(words.Index(), pair => Assert.Equal(pair.Index, vocabulary.IdOf(Encoding.UTF8.GetBytes(pair.Item))));
        Assert.All(words.Index(), pair => Assert.Equal(pair.Item, vocabulary.WordOf(pair.Index)));
        Assert.All(words, word => Assert.Equal(vocabulary.Unknown, vocabulary.IdOf(Encoding.UTF8.GetBytes(word + "x"))));
    }

    [NeedsDataFact("lm1b/vocab-top1000.txt")]
    public void The_1000_most_frequent_words_are_a_vocabulary_of_1000()
    {
        var vocabulary = WordVocabulary.Read(NeededData.Find("lm1b/vocab-top1000.txt")!, "vocabulary").First(1000);
        Assert.Equal(1000, vocabulary.Count);
        Assert.Equal(2, vocabulary.SentenceMark);
        Assert.Equal(38, vocabulary.Unknown);
    }

    public void Dispose() => _folder.Dispose();

    private WordVocabulary Read(string text)
    {
        File.WriteAllText(_folder["vocab.txt"], text);
        return WordVocabulary.Read(_folder["vocab.txt"], "vocab.txt");
    }
}
