using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

[Seeded]
public sealed class SentenceBatchesTests
{
    [NeedsDataFact("lm1b/heldout-monolingual.tokenized.shuffled", "lm1b/vocab-top1000.txt")]
    public void The_held_out_shard_gives_the_known_batches_and_weights()
    {
        var vocabulary = WordVocabulary.Read(NeededData.Find("lm1b/vocab-top1000.txt")!, "vocabulary");
        var files = ShardFolder.Find(NeededData.Find("lm1b")!, heldout: true).Files;
        foreach (var (rows, expected) in ((int, int)[])[(128, 66), (64, 127)])
        {
            var all = All(SentenceBatches.Once(vocabulary, files, rows, 20), new SentenceBatch(20, rows));
            Assert.Equal(expected, all.Count);
            Assert.Equal(159_658, all.Sum(batch => batch.Weight.Sum(weight => (double)weight)));
            Assert.Equal(48_600, all.Sum(batch => batch.Target.Index().Count(pair => pair.Item == vocabulary.Unknown && batch.Weight[pair.Index] == 1)));
            Assert.Equal(6_075, all.Sum(batch => batch.Target.Index().Count(pair => pair.Item == vocabulary.SentenceMark && batch.Weight[pair.Index] == 1)));
        }
    }

    [Fact]
    public void Rows_read_their_sentences_to_the_end_and_are_padded_when_all_are_taken()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["v"], "<S> 9\n<UNK> 1\na 1\nb 1\nc 1\nd 1\n");
        File.WriteAllText(folder["t"], "a b\nc x\n\nd\n");
        var batches = All(SentenceBatches.Once(WordVocabulary.Read(folder["v"], "v"), [folder["t"]], 2, 2), new SentenceBatch(2, 2));

        // Row 0: <S> a b | <S> d; row 1: <S> c <UNK>.
        Assert.Equal(3, batches.Count);
        Assert.Equal([0, 0, 2, 4], batches[0].Input);
        Assert.Equal([2, 4, 3, 1], batches[0].Target);
        Assert.Equal([3, 1, 0, 0], batches[1].Input);
        Assert.Equal([0, 0, 5, 0], batches[1].Target);
        Assert.Equal([1, 1, 1, 0], batches[1].Weight);
        Assert.Equal([5, 0, 0, 0], batches[2].Input);
        Assert.Equal([0, 0, 0, 0], batches[2].Target);
        Assert.Equal([1, 0, 0, 0], batches[2].Weight);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 4)]
    [InlineData(3, 5, 20)]
    [InlineData(5, 40, 7)]
    public void One_pass_of_all_workers_gives_every_target_exactly_once(int workers, int rows, int steps)
    {
        using var corpus = new SmallCorpus(31, 7, 90, 1, 44);
        var vocabulary = corpus.Vocabulary;
        var seen = Enumerable.Range(0, workers)
            .SelectMany(worker => Pairs(SentenceBatches.Once(vocabulary, corpus.Shards.For(worker, workers), rows, steps), steps, rows, int.MaxValue)).ToList();
        Assert.Equal(corpus.Targets, seen.Count);
        RequireEveryWordOnce(corpus, seen);
    }

    [Fact]
    public void Every_pass_of_training_gives_every_target_once_in_an_order_of_its_own()
    {
        using var corpus = new SmallCorpus(31, 7, 90, 1, 44);
        var pairs = Pairs(SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 1, 1, 7), 1, 1, 3 * corpus.Targets);
        List<(int, int)>[] passes = [.. Enumerable.Range(0, 3).Select(pass => pairs.GetRange(pass * corpus.Targets, corpus.Targets))];
        Assert.All(passes, pass => RequireEveryWordOnce(corpus, pass));
        Assert.NotEqual(passes[0], passes[1]);
        Assert.NotEqual(passes[1], passes[2]);
        Assert.NotEqual(Pairs(SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 1, 1), 1, 1, corpus.Targets), passes[0]);
        Assert.Equal(passes[0], Pairs(SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 1, 1, 7), 1, 1, corpus.Targets));
        Assert.NotEqual(passes[0], Pairs(SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 1, 1, 8), 1, 1, corpus.Targets));
    }

    [Fact]
    public void Training_batches_are_full()
    {
        using var corpus = new SmallCorpus(3, 1);
        using var batches = SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 16, 9, 1);
        var batch = new SentenceBatch(9, 16);
        for (int i = 0; i < 40; i++)
        {
            Assert.True(batches.Next(batch));
            Assert.All(batch.Weight, weight => Assert.Equal(1, weight));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(61)]
    public void A_resumed_run_sees_the_batches_of_the_uninterrupted_one(int taken)
    {
        using var corpus = new SmallCorpus(31, 7, 90, 1, 44);
        using var file = new TemporaryFolder();
        using var whole = SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 6, 5, 3);
        var batch = new SentenceBatch(5, 6);
        for (int i = 0; i < taken; i++)
        {
            whole.Next(batch);
        }

        StateFile.Write(file["state"], writer => whole.Save(writer, "worker-0/data/"));
        using var resumed = SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 6, 5, 3);
        resumed.Next(new SentenceBatch(5, 6));
        using (var saved = SafetensorsFile.Open(file["state"]))
        {
            resumed.Load(StateFile.Reader(saved), "worker-0/data/");
        }

        var other = new SentenceBatch(5, 6);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(whole.Next(batch) && resumed.Next(other));
            Assert.Equal(batch.Input, other.Input);
            Assert.Equal(batch.Target, other.Target);
        }
    }

    [Fact]
    public void Every_place_of_one_pass_can_be_resumed_from()
    {
        using var corpus = new SmallCorpus(5, 1, 4);
        var all = All(SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 3, 4), new SentenceBatch(4, 3));
        using var batches = SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 3, 4);
        for (int taken = 0; taken <= all.Count; taken++)
        {
            var state = new StateInMemory();
            batches.Save(state, "");
            using var resumed = SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 3, 4);
            resumed.Load(state, "");
            Assert.Equal(all.Skip(taken).Select(one => string.Join(' ', one.Target)), All(resumed, new SentenceBatch(4, 3)).Select(one => string.Join(' ', one.Target)));
            Assert.Equal(taken < all.Count, batches.Next(new SentenceBatch(4, 3)));
        }
    }

    [Fact]
    public void A_place_in_other_data_is_refused()
    {
        using var corpus = new SmallCorpus(31, 7);
        using var other = new SmallCorpus(30, 8);
        var state = new StateInMemory();
        using (var batches = SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 6, 5, 3))
        {
            batches.Save(state, "");
        }

        Refuse("batch size", SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 7, 5, 3));
        Refuse("seed", SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.Files, 6, 5, 4));
        Refuse("seed", SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 6, 5));
        Refuse("shards", SentenceBatches.Forever(corpus.Vocabulary, corpus.Shards.For(0, 2), 6, 5, 3));
        Refuse("shards", SentenceBatches.Forever(corpus.Vocabulary, other.Shards.Files, 6, 5, 3));
        Refuse("vocabulary", SentenceBatches.Forever(other.Vocabulary, corpus.Shards.Files, 6, 5, 3));

        void Refuse(string what, SentenceBatches batches)
        {
            using (batches)
            {
                UserErrors.Expect(ExitCode.Checkpoint, () => batches.Load(state, ""), what);
            }
        }
    }

    [Fact]
    public void A_shard_that_is_damaged_later_ends_the_batches_with_its_message()
    {
        using var corpus = new SmallCorpus(31, 7);
        string second = corpus.Shards.Files[1];
        File.WriteAllBytes(second, [0xFF, 0x0A]);
        using var batches = SentenceBatches.Once(corpus.Vocabulary, corpus.Shards.Files, 2, 5);
        var batch = new SentenceBatch(5, 2);
        Assert.True(batches.Next(batch));
        for (int i = 0; i < 2; i++)
        {
            UserErrors.Expect(ExitCode.Environment, () => TakeAll(batches, batch), second, "not UTF-8");
        }
    }

    [Fact]
    public void Batches_cost_no_allocation_once_all_sizes_are_met()
    {
        using var corpus = new SmallCorpus(3000);
        var rows = new SentenceRows(corpus.Vocabulary, new SentenceStream(corpus.Shards.Files, 3), 8);
        var batch = new SentenceBatch(20, 8);
        var place = new RowsPlace(8);
        void Fill(int count)
        {
            for (int i = 0; i < count; i++)
            {
                rows.Fill(batch);
                rows.Note(place);
            }
        }

        Fill((corpus.Targets / 160) + 20); // more than a pass: opening a shard does allocate
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill(50);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void RequireEveryWordOnce(SmallCorpus corpus, List<(int Input, int Target)> pairs)
    {
        // Words are numbered through the corpus; the mark, which closes every sentence, has the number after the last.
        var words = pairs.Where(pair => pair.Target != corpus.Words).Select(pair => pair.Target).ToArray();
        Assert.Equal(Enumerable.Range(0, corpus.Words), words.Order());
        Assert.All(pairs.Where(pair => pair.Input != corpus.Words && pair.Target != corpus.Words), pair => Assert.Equal(pair.Input + 1, pair.Target));
        Assert.Equal(corpus.Targets - corpus.Words, pairs.Count(pair => pair.Target == corpus.Words));
        Assert.Equal(corpus.Targets - corpus.Words, pairs.Count(pair => pair.Input == corpus.Words));
    }

    private static void TakeAll(SentenceBatches batches, SentenceBatch batch)
    {
        while (batches.Next(batch))
        {
        }
    }

    private static List<SentenceBatch> All(SentenceBatches batches, SentenceBatch batch)
    {
        using (batches)
        {
            var all = new List<SentenceBatch>();
            while (batches.Next(batch))
            {
                all.Add(batch);
                batch = new SentenceBatch(batch.TimeSteps, batch.BatchSize);
            }

            return all;
        }
    }

    private static List<(int Input, int Target)> Pairs(SentenceBatches batches, int steps, int rows, int most)
    {
        using (batches)
        {
            var pairs = new List<(int, int)>();
            var batch = new SentenceBatch(steps, rows);
            while (pairs.Count < most && batches.Next(batch))
            {
                pairs.AddRange(Enumerable.Range(0, batch.Input.Length).Where(i => batch.Weight[i] == 1).Select(i => (batch.Input[i], batch.Target[i])));
            }

            return pairs;
        }
    }
}
