using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.Data;

/// <summary>Every reader of text, given every oddity: it has the tokens of the plain text, or of a text that it says it reads, or names file and line.</summary>
[Seeded]
public sealed class OddTextTests : IDisposable
{
    private const string Plain = "a b c\nb a\nc c a\n";

    private static readonly Dictionary<string, Reader> s_readers = new()
    {
        ["ptb"] = new(ReadPtb, "<eos>"),
        ["model-parallel"] = new(ReadSentences, "<eos>"),
        ["transformer-xl ptb"] = new((folder, text) => ReadCounted(TextDataset.Ptb, "ptb.{0}.txt", folder, text), "<eos>"),
        ["transformer-xl wt2"] = new((folder, text) => ReadCounted(TextDataset.Wt2, "wiki.{0}.tokens", folder, text), "<eos>"),
        ["transformer-xl wt103"] = new((folder, text) => ReadCounted(TextDataset.Wt103, "wiki.{0}.tokens", folder, text), "<eos>"),
        ["transformer-xl wt2, kept"] = new(ReadKept, "<eos>"),
        ["transformer-xl enwik8"] = new((folder, text) => ReadCounted(TextDataset.Enwik8, "{0}.txt", folder, text), null),
        ["transformer-xl text8"] = new((folder, text) => ReadCounted(TextDataset.Text8, "{0}.txt", folder, text), null),
        ["transformer-xl lm1b"] = new(ReadSentencesAsText, "<S>"),
        ["lm1b"] = new(ReadShards, "<S>"),
        ["lm1b held out"] = new(ReadHeldout, "<S>"),
    };

    // What the file holds; a text that it is read as; what the warning says of it, {0} being the reader's mark.
    private static readonly Dictionary<string, (byte[] Bytes, string ReadAs, string? Warning)> s_accepted = new()
    {
        ["as it should be"] = (Utf8(Plain), Plain, null),
        ["byte order mark"] = ([0xEF, 0xBB, 0xBF, .. Utf8(Plain)], Plain, null),
        ["byte order mark before a space"] = ([0xEF, 0xBB, 0xBF, .. Utf8(" " + Plain)], Plain, null),
        ["carriage returns and line feeds"] = (Utf8(Plain.Replace("\n", "\r\n")), Plain, null),
        ["no line end at the end"] = (Utf8(Plain[..^1]), Plain, null),
        ["spaces at the ends of lines"] = (Utf8(Plain.Replace("\n", "  \t\n")), Plain, null),
        ["spaces at the starts of lines"] = (Utf8("  " + Plain[..^1].Replace("\n", "\n\t") + "\n"), Plain, null),
        ["carriage returns alone"] = (Utf8(Plain.Replace('\n', '\r')), "a b c b a c c a\n", "2 carriage returns without a line feed"),
        ["one carriage return alone"] = (Utf8("a b c\rb a\nc c a\n"), "a b c b a\nc c a\n", "1 carriage return without a line feed"),
        ["two carriage returns and a line feed"] = (Utf8(Plain.Replace("\n", "\r\r\n")), Plain, "3 carriage returns without a line feed"),
        ["its mark at the ends of lines"] = (Utf8("a b c {0}\nb a {0}\nc c a {0}\n"), "a b c {0}\nb a {0}\nc c a {0}\n", "{0} stands in it 3 times"),
        ["its mark within a word"] = (Utf8("a {0}c b\nc{0} {0}{0} c\n"), "a {0}c b\nc{0} {0}{0} c\n", null),
        ["its mark behind a byte order mark"] = ([0xEF, 0xBB, 0xBF, .. Utf8("{0} a b\nc\n")], "{0} a b\nc\n", "{0} stands in it 1 time,"),
        ["its mark at the start and the end"] = (Utf8("{0} a b\nc {0}"), "{0} a b\nc {0}\n", "{0} stands in it 2 times"),
    };

    private static readonly Dictionary<string, (byte[] Bytes, string Told)> s_refused = new()
    {
        ["a zero byte"] = ([.. "a b\nb \0a\n"u8], "line 2: a zero byte"),
        ["bytes that are no UTF-8"] = ([.. "a b\nb "u8, 0xE9, .. " a\n"u8], "line 2: not UTF-8"),
        ["a character that is cut off"] = ([.. "a b\nb "u8, 0xC3], "line 2: not UTF-8"),
        ["UTF-16"] = ([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Plain)], "line 1: not UTF-8"),
        ["UTF-16 without its mark"] = (Encoding.Unicode.GetBytes(Plain), "line 1: a zero byte"),
        ["nothing"] = ([], ""),
        ["a byte order mark alone"] = ([0xEF, 0xBB, 0xBF], "no "),
        ["blanks alone"] = ([.. " \n\r\n\t\n"u8], "no "),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Accepted => Pairs(s_accepted.Keys);

    public static TheoryData<string, string> Refused => Pairs(s_refused.Keys);

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_is_accepted_has_the_right_tokens_and_a_warning_where_they_may_not_be_meant(string reader, string oddity)
    {
        var (read, mark) = s_readers[reader];
        var (bytes, readAs, warning) = s_accepted[oddity];
        string Marked(string text) => text.Replace("{0}", mark ?? "<eos>", StringComparison.Ordinal);
        var odd = read(_folder["odd"], Utf8(Marked(Encoding.UTF8.GetString(bytes))));
        Assert.Equal(read(_folder["plain"], Utf8(Marked(readAs))).Tokens, odd.Tokens);
        if (warning is null || mark is null)
        {
            Assert.Empty(odd.Warnings);
        }
        else
        {
            string line = Assert.Single(odd.Warnings);
            Assert.Contains(Marked(warning), line, StringComparison.Ordinal);
            Assert.Contains(_folder["odd"], line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_accepted_is_named_with_file_and_line(string reader, string oddity)
    {
        var (bytes, told) = s_refused[oddity];
        var error = Assert.ThrowsAny<UserErrorException>(() => s_readers[reader].Read(_folder["odd"], bytes));
        Assert.True(error.Code is ExitCode.Usage or ExitCode.Environment, error.Message);
        Assert.Contains(_folder["odd"], error.Message, StringComparison.Ordinal);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("a b\nc\n", 0)]
    [InlineData("a b\r\nc\r\n", 2)]
    [InlineData("a b\rc\r", 2)]
    public void Pieces_of_words_keep_every_character_so_carriage_returns_are_told(string text, int returns)
    {
        Write(TextForm.Of(TextDataset.Wt2).Files[0][0], _folder["text"], Utf8(text));
        Write("wiki.valid.tokens", _folder["text"], Utf8(Plain));
        Write("wiki.test.tokens", _folder["text"], Utf8(Plain));
        var corpus = TransformerXlCorpus.Load(TextDataset.Wt2, _folder["text"], cache: null, bytePairs: true);
        Assert.Equal(text + "<|endoftext|>", corpus.Vocabulary.Decode(corpus.Train));
        Assert.Equal(returns == 0 ? 0 : 1, corpus.Warnings.Count);
        Assert.All(corpus.Warnings, line => Assert.Contains($": {returns} carriage returns", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) - 1)]
    public void Shards_are_looked_through_piece_by_piece_without_losing_what_lies_between(int before)
    {
        // Marks and carriage returns around the end of the first piece of a shard.
        foreach (string odd in (string[])[" <S> a", "<S> a", "> <S>", "\ra", "\r\na", "\r"])
        {
            byte[] text = Utf8(string.Concat(Enumerable.Repeat("ab\n", before / 3)) + odd + "\nb\n");
            Write("shard", _folder.Path, text);
            Assert.Equal(TextOddities.Of(text, "<S>"u8), TextCount.Of(_folder["shard"]).Oddities);
        }
    }

    [Theory]
    [InlineData("\uFEFF<S> 9\n<UNK> 5\na 4\n")]
    [InlineData("<S> 9\r\n<UNK> 5\r\na 4\r\n")]
    [InlineData("<S> 9\n<UNK> 5\na 4")]
    [InlineData("<S> 5\n<UNK> 5\na 5\n")]
    public void A_vocabulary_may_be_written_in_several_ways(string text)
    {
        Write("words", _folder.Path, Utf8(text));
        var vocabulary = WordVocabulary.Read(_folder["words"], "words");
        Assert.Equal(["<S>", "<UNK>", "a"], Enumerable.Range(0, vocabulary.Count).Select(vocabulary.WordOf));
    }

    [Theory]
    [InlineData("<S> 9\n<UNK> 5\na 6\n", "words, line 3: a counts 6, more than the 5 of the line before")]
    [InlineData("<S> 9\n<UNK> 5\na 5\nb 4\nc 18446744073709551615\n", "words, line 5: c counts 18446744073709551615")]
    [InlineData("<S> 9\n<UNK> 5 \n", "words, line 2")]
    [InlineData("<S> 9\n<UNK> 5\n\n", "words, line 3")]
    [InlineData("<S> 9\r<UNK> 5\ra 4\r", "words, line 1")]
    [InlineData("<S> 9\n<UNK> 5\na\0 4\n", "words, line 3")]
    [InlineData("<S> 9\n<UNK> 5\n<S> 4\n", "words, line 3: <S> stands in line 1 already")]
    [InlineData("<S> 9\na 4\n", "words: no line <UNK>")]
    [InlineData("<UNK> 9\na 4\n", "words: no line <S>")]
    [InlineData("", "words: no line <S>")]
    public void What_is_wrong_with_a_vocabulary_is_named_with_its_line(string text, string told)
    {
        Write("words", _folder.Path, Utf8(text));
        UserErrors.Expect(ExitCode.Environment, () => WordVocabulary.Read(_folder["words"], "words"), told);
    }

    public void Dispose() => _folder.Dispose();

    private static TheoryData<string, string> Pairs(IEnumerable<string> oddities)
    {
        var pairs = new TheoryData<string, string>();
        foreach (string oddity in oddities)
        {
            foreach (string reader in s_readers.Keys)
            {
                pairs.Add(reader, oddity);
            }
        }

        return pairs;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void Write(string name, string folder, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static Result ReadPtb(string folder, byte[] text) => Words(LoadPtb(folder, text));

    private static Result ReadSentences(string folder, byte[] text)
    {
        var corpus = LoadPtb(folder, text);
        var sentences = new SentenceText(corpus.Train, corpus.Vocabulary, SentenceEnd.Newline);
        return new Result([.. Enumerable.Range(0, sentences.Count).Select(i => $"{sentences.Length(i)}")], corpus.Warnings);
    }

    private static Corpus LoadPtb(string folder, byte[] text)
    {
        Write("ptb.train.txt", folder, text);
        Write("ptb.valid.txt", folder, Utf8(Plain));
        Write("ptb.test.txt", folder, Utf8(Plain));
        return PtbCorpus.Load(folder);
    }

    private static Result ReadCounted(TextDataset dataset, string names, string folder, byte[] text) => Words(LoadCounted(dataset, names, folder, text, cache: null));

    private static Result ReadKept(string folder, byte[] text)
    {
        string cache = Path.Combine(folder, "kept");
        LoadCounted(TextDataset.Wt2, "wiki.{0}.tokens", folder, text, cache);
        Assert.Single(Directory.GetFiles(cache));
        return Words(LoadCounted(TextDataset.Wt2, "wiki.{0}.tokens", folder, text, cache));
    }

    private static Corpus LoadCounted(TextDataset dataset, string names, string folder, byte[] text, string? cache)
    {
        foreach (string split in (string[])["train", "valid", "test"])
        {
            Write(names.Replace("{0}", split, StringComparison.Ordinal), folder, split == "train" ? text : Utf8("a\n"));
        }

        return TransformerXlCorpus.Load(dataset, folder, cache);
    }

    private static Result ReadSentencesAsText(string folder, byte[] text)
    {
        WriteShards(folder, text, Utf8(Plain));
        return Words(TransformerXlCorpus.Load(TextDataset.Lm1b, folder, cache: null));
    }

    private static Result ReadShards(string folder, byte[] text)
    {
        WriteShards(folder, text, Utf8(Plain));
        var corpus = Lm1bCorpus.Open(folder, vocabulary: 7);
        return Targets(corpus, corpus.Training, corpus.Tokens);
    }

    private static Result ReadHeldout(string folder, byte[] text)
    {
        WriteShards(folder, Utf8(Plain), text);
        var corpus = Lm1bCorpus.Open(folder, vocabulary: 7);
        return Targets(corpus, corpus.Heldout, corpus.Heldout.CountTokens());
    }

    private static void WriteShards(string folder, byte[] training, byte[] heldout)
    {
        Write(WordVocabulary.FileName, folder, Utf8("<S> 9\n<UNK> 5\na 4\nb 4\nc 4\n<eos> 1\nab 1\n"));
        Write(Path.Combine(ShardFolder.TrainingFolder, "shard"), folder, training);
        Write(Path.Combine(ShardFolder.HeldoutFolder, ShardFolder.HeldoutFile), folder, heldout);
    }

    // What a row of one word after another predicts; as much as was counted.
    private static Result Targets(Lm1bCorpus corpus, ShardFolder shards, long counted)
    {
        using var batches = SentenceBatches.Once(corpus.Vocabulary, shards.Files, batchSize: 1, timeSteps: 1);
        var batch = new SentenceBatch(1, 1);
        var words = new List<string>();
        while (batches.Next(batch))
        {
            if (batch.Weight[0] > 0)
            {
                words.Add(corpus.Vocabulary.WordOf(batch.Target[0]));
            }
        }

        Assert.Equal(counted, words.Count);
        return new Result(words, corpus.Warnings);
    }

    private static Result Words(Corpus corpus) => new([.. corpus.Train.Select(id => corpus.Vocabulary.Words[id])], corpus.Warnings);

    private sealed record Reader(Func<string, byte[], Result> Read, string? Mark);

    private sealed record Result(IReadOnlyList<string> Tokens, IReadOnlyList<string> Warnings);
}
