using Compression.Training.Data;
using Compression.Training.ModelParallel.Buckets;

namespace Compression.Training.Tests.ModelParallel.Buckets;

[Seeded]
public sealed class BucketPlanTests
{
    private static readonly int[] s_lengths = [3, 5, 9];

    private static (int[] Tokens, Vocabulary Vocabulary) Text(string text)
    {
        var vocabulary = new Vocabulary();
        int[] tokens = [.. text.Split(' ').Select(word => vocabulary.GetOrAdd(word))];
        return (tokens, vocabulary);
    }

    private static SentenceBuckets Sample(SentenceEnd end = SentenceEnd.Newline, bool keepAll = false)
    {
        var corpus = SampleCorpus.Load(new SampleCorpusOptions { TrainTokens = 6000, ValidTokens = 100, TestTokens = 100 });
        return SentenceBuckets.Of(new SentenceText(corpus.Train, corpus.Vocabulary, end), s_lengths, keepAll);
    }

    [Fact]
    public void Lines_and_periods_end_sentences_and_every_token_is_predicted_once()
    {
        var (tokens, vocabulary) = Text("a mr. b c <eos> d inc. <eos> <eos> e . f <eos>");
        var byPeriod = new SentenceText(tokens, vocabulary, SentenceEnd.Period);
        Assert.Equal([2, 3, 3, 1, 2, 2], Enumerable.Range(0, byPeriod.Count).Select(byPeriod.Length));
        var byLine = new SentenceText(tokens, vocabulary, SentenceEnd.Newline);
        Assert.Equal([5, 3, 1, 4], Enumerable.Range(0, byLine.Count).Select(byLine.Length));

        // All targets in the order of the text are the text, and each input is what came before in the sentence.
        foreach (var text in new[] { byPeriod, byLine })
        {
            var targets = new List<int>();
            for (int sentence = 0; sentence < text.Count; sentence++)
            {
                long[] input = new long[2 * 7], target = new long[2 * 7];
                text.Fill(sentence, 7, column: 1, columns: 2, input, target);
                long[] read = [.. Enumerable.Range(0, 7).Select(t => input[(2 * t) + 1])], follows = [.. Enumerable.Range(0, 7).Select(t => target[(2 * t) + 1])];
                int length = text.Length(sentence);
                Assert.True(vocabulary.TryGetId(Vocabulary.EndOfLine, out int eos));
                Assert.Equal([eos + 1, .. follows[..(length - 1)]], read[..length]);
                Assert.All(read[length..].Concat(follows[length..]).Concat(input.Where((_, i) => i % 2 == 0)), id => Assert.Equal(SentenceText.Padding, id));
                targets.AddRange(follows[..length].Select(id => (int)id - 1));
            }

            Assert.Equal(tokens, targets);
        }
    }

    [Fact]
    public void A_sentence_lies_in_the_smallest_bucket_that_holds_it_and_longer_ones_are_counted()
    {
        var buckets = Sample();
        for (int bucket = 0; bucket < s_lengths.Length; bucket++)
        {
            int below = bucket == 0 ? 0 : s_lengths[bucket - 1];
            Assert.All(buckets.Members[bucket], sentence => Assert.InRange(buckets.Text.Length(sentence), below + 1, s_lengths[bucket]));
        }

        int[] longer = [.. Enumerable.Range(0, buckets.Text.Count).Where(sentence => buckets.Text.Length(sentence) > 9)];
        Assert.NotEmpty(longer);
        Assert.Equal(longer.Length, buckets.Dropped);
        Assert.Equal(longer.Sum(buckets.Text.Length), buckets.DroppedTokens);
        Assert.Equal(buckets.Text.Count, buckets.Sentences + buckets.Dropped);
        double positions = buckets.Members.Select((members, bucket) => members.Length * s_lengths[bucket]).Sum();
        Assert.Equal((positions - buckets.Tokens) / positions, buckets.PaddingShare, 1e-12);
        Assert.Contains($"{buckets.Dropped:N0} dropped", buckets.Describe("train"), StringComparison.Ordinal);
        Assert.Equal(0, Sample(keepAll: true).Dropped);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    public void Every_sentence_comes_once_an_epoch_in_an_order_of_the_seed(int batchSize, int replicas)
    {
        var buckets = Sample();
        var plan = new BucketPlan(buckets, batchSize, replicas);
        int[] all = [.. buckets.Members.SelectMany(members => members).Order()];
        var first = plan.Shuffled(7, epoch: 0);
        foreach (var batches in new[] { first, plan.Shuffled(7, 1), plan.InOrder() })
        {
            Assert.Equal(plan.Steps, batches.Length);
            Assert.Equal(all, batches.SelectMany(batch => batch.Sentences).Order());
            Assert.All(batches, batch => Assert.InRange(batch.Sentences.Length, 1, batchSize * replicas));
            Assert.All(batches, batch => Assert.All(batch.Sentences, sentence => Assert.InRange(buckets.Text.Length(sentence), 1, batch.Steps)));
            Assert.All(batches, batch => Assert.Equal(
                batch.Sentences.Order(), Enumerable.Range(0, replicas).SelectMany(replica => batch.Of(replica)).Order()));
        }

        int[] Order(IEnumerable<BucketBatch> batches) => [.. batches.SelectMany(batch => batch.Sentences)];
        Assert.Equal(Order(first), Order(new BucketPlan(Sample(), batchSize, replicas).Shuffled(7, 0)));
        Assert.NotEqual(Order(first), Order(plan.Shuffled(7, 1)));
        Assert.NotEqual(Order(first), Order(plan.Shuffled(8, 0)));
    }

    [Fact]
    public void A_shuffle_favours_no_place()
    {
        // Where the first of ten sentences goes, over 2,000 epochs: chi square with 9 degrees of freedom exceeds 30 once in 2,000.
        var (tokens, vocabulary) = Text(string.Join(' ', Enumerable.Repeat("a <eos>", 10)));
        var plan = new BucketPlan(SentenceBuckets.Of(new SentenceText(tokens, vocabulary, SentenceEnd.Newline), [2]), 10, 1);
        int[] places = new int[10];
        for (int epoch = 0; epoch < 2000; epoch++)
        {
            places[plan.Shuffled(1, epoch)[0].Sentences.IndexOf(0)]++;
        }

        Assert.True(places.Sum(count => (count - 200.0) * (count - 200.0) / 200) < 30, string.Join(' ', places));
    }

    [Theory]
    [InlineData("8,16,x")]
    [InlineData("8,8")]
    [InlineData("16,8")]
    [InlineData("0,8")]
    [InlineData("")]
    public void Lengths_that_make_no_sense_are_named(string list) =>
        UserErrors.Expect(Core.Reporting.ExitCode.Usage, () => SentenceBuckets.ParseLengths(list, 35), "--buckets");

    [Fact]
    public void Without_buckets_there_is_one() => Assert.Equal(35, Assert.Single(SentenceBuckets.ParseLengths("none", 35)));
}
