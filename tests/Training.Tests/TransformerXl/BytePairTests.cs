using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class BytePairTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // The ids that the published encoder gives.
    [Theory]
    [InlineData("Hello world", new[] { 15496, 995 })]
    [InlineData("Hello, world!", new[] { 15496, 11, 995, 0 })]
    [InlineData("The quick brown fox", new[] { 464, 2068, 7586, 21831 })]
    [InlineData("\n", new[] { 198 })]
    [InlineData(" the", new[] { 262 })]
    [InlineData("<|endoftext|>", new[] { 50256 })]
    public void Pieces_have_the_published_ids(string text, int[] ids)
    {
        var vocabulary = new BytePairVocabulary();
        Assert.Equal(ids, vocabulary.Encode(text));
        Assert.Equal(text, vocabulary.Decode(ids));
        Assert.Equal(50257, vocabulary.Count);
    }

    [Fact]
    public void A_text_is_encoded_as_it_stands_and_closed_whatever_its_length()
    {
        // Longer than what is encoded at once, with white space and words at every place that it could be cut.
        string text = string.Concat(Enumerable.Range(0, 400_000).Select(i => (i % 13) switch { 0 => " \n \n", 1 => " don't", 2 => "  ", 3 => "étà", 4 => "\t1", _ => " w" + (i % 7) }));
        var corpus = Load(text);
        var vocabulary = (BytePairVocabulary)corpus.Vocabulary;
        Assert.True(text.Length > 1 << 20);
        Assert.Equal([.. vocabulary.Encode(text), 50256], corpus.Train);
        Assert.Equal(text + "<|endoftext|>", vocabulary.Decode(corpus.Train));
        Assert.Equal("wt2-bpe", corpus.Name);
        Assert.Empty(corpus.Warnings);
    }

    [Fact]
    public void What_is_kept_is_that_of_pieces_and_not_of_words()
    {
        string cache = _folder["kept"];
        var words = Load("a b\n", cache, bytePairs: false);
        var pieces = Load("a b\n", cache);
        var again = Load("a b\n", cache);
        Assert.NotEqual(words.Train, pieces.Train);
        Assert.Equal(pieces.Train, again.Train);
        Assert.Equal("a b\n<|endoftext|>", again.Vocabulary.Decode(again.Train));
        Assert.Equal(pieces.Vocabulary.Words, again.Vocabulary.Words);
    }

    [Fact]
    public void A_kept_vocabulary_that_is_damaged_is_read_as_none()
    {
        string cache = _folder["kept"];
        var whole = Load("abcdef b\n", cache, bytePairs: false);
        string file = Directory.GetFiles(cache).Single();
        byte[] bytes = File.ReadAllBytes(file);
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            File.WriteAllBytes(file, bytes);
            bytes[at] ^= 1;
            var read = Load("abcdef b\n", cache, bytePairs: false);
            Assert.Equal(whole.Vocabulary.Words, read.Vocabulary.Words);
            Assert.Equal(whole.Train, read.Train);
        }
    }

    [Fact]
    public void A_model_of_pieces_goes_on_with_a_text()
    {
        string file = _folder["weights.safetensors"];
        var corpus = Load(string.Concat(Enumerable.Repeat("The city of Rome is old .\n", 40)));
        var options = Tiny.Options with { Bpe = true, Dataset = TextDataset.Wt2, MaxStep = 2, SaveWeights = file, Tokens = 5, Adaptive = true, Cutoffs = "20000,40000,50000", BatchSize = 2, EvalBatchSize = 2 };
        var run = Tiny.Train(options, corpus: corpus);
        Assert.Equal(options.ShapeFor(50257).ParameterCount(), run.Summary!.Parameters);
        using (var saved = SafetensorsFile.Open(file))
        {
            Assert.Equal(50257, saved.Find("word_emb.emb_layers.0.weight")!.Shape[0]);
        }

        using var generator = new TextGenerator(options, corpus.Vocabulary, file, "--init_weights", ExitCode.Usage);
        int[] start = corpus.Vocabulary.Encode("The city of");
        Assert.Equal([464, 1748, 286], start);
        Assert.StartsWith("The city of", corpus.Vocabulary.Decode([.. start, .. generator.Continue(start)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TextDataset.Lm1b)]
    [InlineData(TextDataset.Enwik8)]
    [InlineData(TextDataset.Text8)]
    public void Texts_with_tokens_of_their_own_are_refused(TextDataset dataset) => UserErrors.Expect(
        ExitCode.Usage, () => (Tiny.Options with { Bpe = true, Dataset = dataset }).RequireText(), "--bpe true", "--bpe false");

    [NeedsDataFact("wikitext-2")]
    public void WikiText_2_is_decoded_to_its_own_text()
    {
        string folder = NeededData.Find("wikitext-2")!;
        var corpus = TransformerXlCorpus.Load(TextDataset.Wt2, folder, cache: null, bytePairs: true);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "wiki.valid.tokens")) + "<|endoftext|>", corpus.Vocabulary.Decode(corpus.Valid));
    }

    public void Dispose() => _folder.Dispose();

    private Corpus Load(string text, string? cache = null, bool bytePairs = true)
    {
        File.WriteAllText(_folder["wiki.train.tokens"], text);
        File.WriteAllText(_folder["wiki.valid.tokens"], "a b c d e f g h i j a b c d\n");
        File.WriteAllText(_folder["wiki.test.tokens"], "a b c d e f g h i j a b c d\n");
        return TransformerXlCorpus.Load(TextDataset.Wt2, _folder.Path, cache, bytePairs);
    }
}
