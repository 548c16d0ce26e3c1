using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.Tests.Data;

[Seeded]
public sealed class SampleCorpusTests
{
    private static readonly Corpus Default = SampleCorpus.Load();

    [Fact]
    public void The_same_seed_gives_the_same_text_on_every_machine()
    {
        Assert.Equal(Default.Files, SampleCorpus.Load().Files);
        Assert.NotEqual(Default.Files, SampleCorpus.Load(new SampleCorpusOptions { Seed = 2 }).Files);

        // Fixed for good: published figures on the sample corpus refer to this text.
        Assert.Equal("d527198597b90fcfd65aba9d6ef8d5548e938b0c43aefea89f73bf61102d8b27", Default.Files[0].Sha256);
    }

    [Fact]
    public void Splits_have_the_sizes_asked_for_and_differ()
    {
        Assert.InRange(Default.Train.Length, 250_000, 250_500);
        Assert.InRange(Default.Valid.Length, 20_000, 20_500);
        Assert.InRange(Default.Test.Length, 20_000, 20_500);
        Assert.NotEqual(Default.Valid.Take(1000), Default.Test.Take(1000));
        Assert.NotEqual(Default.Train.Take(1000), Default.Test.Take(1000));
    }

    [Fact]
    public void Every_word_is_spelled_in_its_own_way() =>
        Assert.Equal(6_400, Enumerable.Range(0, 6_400).Select(SampleSpelling.Word).Distinct().Count());

    /// <summary>
    /// The mean of −ln p over a long text has the entropy rate as its expectation. Its standard error is estimated from blocks that
    /// are long against a sentence; five of them leave a chance of one in a million.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(77)]
    public void The_true_source_scores_its_entropy_rate(ulong seed)
    {
        var corpus = SampleCorpus.Load(new SampleCorpusOptions { Seed = seed, TrainTokens = 1_000_000, ValidTokens = 1_000, TestTokens = 1_000 });
        var source = new SampleSource(seed);
        double[] blocks = [.. Blocks(corpus, 2_000).Select(block => source.Nats(block, corpus.Vocabulary) / block.Length)];
        double mean = blocks.Average();
        double standardError = Math.Sqrt(blocks.Sum(block => (block - mean) * (block - mean)) / blocks.Length / (blocks.Length - 1));

        Assert.InRange(standardError, 1e-4, 5e-3);
        Assert.InRange(mean - source.EntropyRate(), -5 * standardError, 5 * standardError);
    }

    [Fact]
    public void The_probabilities_of_the_next_token_sum_to_one_after_any_beginning()
    {
        var source = new SampleSource(1);
        int[] text = Default.Train[..200];
        for (int length = 0; length < text.Length; length++)
        {
            double before = source.Nats(text.AsSpan(0, length), Default.Vocabulary);
            int[] extended = [.. text[..length], 0];
            double sum = 0;
            for (int next = 0; next < Default.Vocabulary.Count; next++)
            {
                extended[^1] = next;
                sum += Math.Exp(before - source.Nats(extended, Default.Vocabulary));
            }

            Assert.Equal(1, sum, 1e-6);
        }
    }

    [Fact]
    public void The_bound_is_far_below_the_unigram_perplexity_and_in_the_description()
    {
        var bound = Default.Bound!;
        Assert.InRange(bound.Perplexity, 30, 60);
        Assert.InRange(bound.ValidPerplexity / bound.Perplexity, 0.95, 1.05);
        Assert.InRange(bound.TestPerplexity / bound.Perplexity, 0.95, 1.05);
        Assert.True(UnigramPerplexity(Default) > 300, "frequencies alone must leave much to learn");
        Assert.Contains($"{bound.Perplexity:F2}", Default.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Knowing_the_classes_without_the_topic_falls_short_of_the_bound()
    {
        var source = new SampleSource(1);
        var classes = Default.Train.Select(token => source.ClassOf(Default.Vocabulary.Words[token])).ToList();
        var followers = classes.Zip(Default.Train.Skip(1)).CountBy(pair => pair).ToList();
        var occurrences = classes.SkipLast(1).CountBy(c => c).ToDictionary();
        double nats = followers.Sum(pair => pair.Value * Math.Log((double)occurrences[pair.Key.First] / pair.Value)) / (Default.Train.Length - 1);
        Assert.InRange(Math.Exp(nats), Default.Bound!.Perplexity * 1.1, Default.Bound.Perplexity * 2);
    }

    [Fact]
    public void A_text_of_another_source_has_no_probability()
    {
        var source = new SampleSource(1);
        int[] twoOpeners = [Default.Train[0], Default.Train[0]];
        Assert.Equal(double.PositiveInfinity, source.Nats(twoOpeners, Default.Vocabulary));
        var other = new Vocabulary();
        Assert.Equal(double.PositiveInfinity, source.Nats([other.GetOrAdd("foreign")], other));
    }

    [Fact]
    public void Written_files_load_as_the_same_corpus()
    {
        using var folder = new TemporaryFolder();
        SampleCorpus.WriteTo(folder["sample"]);
        SampleCorpus.WriteTo(folder["sample"]);
        var loaded = PtbCorpus.Load(folder["sample"]);
        Assert.Equal(Default.Files, loaded.Files);
        Assert.Equal(Default.Train, loaded.Train);
        Assert.Equal(PtbCorpus.FileNames.Order(), Directory.GetFiles(folder["sample"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Another_corpus_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["ptb.valid.txt"], "mine\n", Encoding.ASCII);
        UserErrors.Expect(ExitCode.Usage, () => SampleCorpus.WriteTo(folder.Path), "ptb.valid.txt", "another corpus");
        Assert.Equal(["ptb.valid.txt"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    private static IEnumerable<int[]> Blocks(Corpus corpus, int length)
    {
        Assert.True(corpus.Vocabulary.TryGetId(Vocabulary.EndOfLine, out int endOfLine));
        for (int start = 0; start + length < corpus.Train.Length;)
        {
            int end = Array.IndexOf(corpus.Train, endOfLine, start + length) + 1;
            if (end == 0)
            {
                break;
            }

            yield return corpus.Train[start..end];
            start = end;
        }
    }

    private static double UnigramPerplexity(Corpus corpus) =>
        Math.Exp(corpus.Train.CountBy(token => token).Sum(entry => entry.Value * Math.Log((double)corpus.Train.Length / entry.Value)) / corpus.Train.Length);
}
