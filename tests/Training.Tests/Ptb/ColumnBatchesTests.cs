using Compression.Core.Reporting;
using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

[Seeded]
public sealed class ColumnBatchesTests
{
    [Theory]
    [InlineData(1000, 1, 20, 35)]
    [InlineData(1000, 3, 7, 10)]
    [InlineData(997, 2, 4, 1)]
    [InlineData(40, 1, 20, 35)] // one target a column
    [InlineData(104, 1, 4, 5)] // 25 targets a column: the last block is full
    public void Every_element_is_where_the_index_formula_says(int length, int workers, int batchSize, int bptt)
    {
        int[] tokens = Shuffled(length);
        int share = length / workers;
        int rows = share / batchSize;
        for (int worker = 0; worker < workers; worker++)
        {
            var batches = ColumnBatches.ForTraining(tokens, worker, workers, batchSize, bptt);
            var input = new long[batches.MaxBatchElements];
            var target = new long[batches.MaxBatchElements];
            int seen = 0;
            for (int step = 0; step < batches.Steps; step++)
            {
                int timeSteps = batches.Fill(step, input, target);
                Assert.Equal(batches.TimeSteps(step), timeSteps);
                for (int t = 0; t < timeSteps; t++)
                {
                    for (int b = 0; b < batchSize; b++)
                    {
                        int at = (worker * share) + (b * rows) + (step * bptt) + t;
                        Assert.Equal(tokens[at], input[(t * batchSize) + b]);
                        Assert.Equal(tokens[at + 1], target[(t * batchSize) + b]);
                    }
                }

                seen += timeSteps;
            }

            Assert.Equal(rows - 1, seen);
            Assert.Equal((long)seen * batchSize, batches.Targets);
        }
    }

    [Fact]
    public void Shards_are_disjoint_and_cover_all_but_a_remainder()
    {
        int[] tokens = Shuffled(10_007);
        for (int workers = 1; workers <= 5; workers++)
        {
            var seen = new HashSet<long>();
            for (int worker = 0; worker < workers; worker++)
            {
                // One column, one step: every token of the shard but the last as input, every one but the first as target.
                var batches = ColumnBatches.ForTraining(tokens, worker, workers, 1, tokens.Length);
                long[] shard = Inputs(batches);
                Assert.All(shard, token => Assert.True(seen.Add(token)));
            }

            Assert.Equal((tokens.Length / workers * workers) - workers, seen.Count);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)] // more ranks than columns
    public void Ranks_evaluate_each_target_of_the_one_rank_layout_exactly_once(int ranks)
    {
        int[] tokens = Shuffled(1_234);
        const int BatchSize = 10;
        var whole = ColumnBatches.ForEvaluation("valid", tokens, 0, 1, BatchSize, 35, "--eval_batch_size");
        var targets = new List<(long Input, long Target)>();
        for (int rank = 0; rank < ranks; rank++)
        {
            var part = ColumnBatches.ForEvaluation("valid", tokens, rank, ranks, BatchSize, 35, "--eval_batch_size");
            Assert.Equal(part.Columns == 0 ? 0 : whole.Steps, part.Steps);
            Assert.InRange(part.Columns, BatchSize / ranks, (BatchSize + ranks - 1) / ranks);
            targets.AddRange(Pairs(part));
        }

        Assert.Equal(Pairs(whole).Order(), targets.Order());
        Assert.Equal(targets.Count, targets.Distinct().Count());
        Assert.Equal(whole.Targets, targets.Count);
    }

    [Fact]
    public void A_ranks_columns_are_columns_of_the_one_rank_batch_in_every_step()
    {
        int[] tokens = Shuffled(500);
        var whole = ColumnBatches.ForEvaluation("test", tokens, 0, 1, 5, 7, "--test_batch_size");
        var part = ColumnBatches.ForEvaluation("test", tokens, 1, 2, 5, 7, "--test_batch_size");
        long[] all = new long[whole.MaxBatchElements], mine = new long[part.MaxBatchElements], unused = new long[whole.MaxBatchElements];
        for (int step = 0; step < whole.Steps; step++)
        {
            int timeSteps = whole.Fill(step, unused, all);
            part.Fill(step, unused, mine);
            for (int t = 0; t < timeSteps; t++)
            {
                Assert.Equal(all.AsSpan((t * 5) + 2, 3).ToArray(), mine.AsSpan(t * 3, 3).ToArray());
            }
        }
    }

    [Fact]
    public void Filling_allocates_nothing()
    {
        var batches = ColumnBatches.ForTraining(Shuffled(5_000), 0, 1, 20, 35);
        var input = new long[batches.MaxBatchElements];
        var target = new long[batches.MaxBatchElements];
        batches.Fill(0, input, target);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            batches.Fill(i % batches.Steps, input, target);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(100, 4, 13, 12)]
    [InlineData(100, 1, 51, 50)]
    [InlineData(3, 1, 2, 1)]
    public void Too_few_tokens_name_the_largest_batch_that_works(int length, int workers, int batchSize, int largest)
    {
        UserErrors.Expect(
            ExitCode.Usage, () => ColumnBatches.ForTraining(new int[length], 0, workers, batchSize, 35),
            $"--batch_size {batchSize}", $"{length} tokens", workers > 1 ? $"{workers} workers" : "train", $"is {largest}");
        Assert.Equal(length / workers / largest, ColumnBatches.ForTraining(new int[length], 0, workers, largest, 35).Rows);
        Assert.ThrowsAny<UserErrorException>(() => ColumnBatches.ForTraining(new int[length], 0, workers, largest + 1, 35));
    }

    [Fact]
    public void Too_many_workers_for_any_batch_name_the_most_that_work()
    {
        UserErrors.Expect(ExitCode.Usage, () => ColumnBatches.ForTraining(new int[9], 0, 5, 1, 35), "9 tokens", "5 workers", "do are 4");
        Assert.Equal(2, ColumnBatches.ForTraining(new int[9], 0, 4, 1, 35).Rows);
    }

    [Fact]
    public void Too_few_tokens_to_evaluate_name_the_option_and_the_split() =>
        UserErrors.Expect(
            ExitCode.Usage, () => ColumnBatches.ForEvaluation("test", new int[19], 0, 1, 10, 35, "--test_batch_size"),
            "--test_batch_size 10", "test split of 19 tokens", "is 9");

    private static int[] Shuffled(int count)
    {
        int[] tokens = [.. Enumerable.Range(0, count)];
        new Random(7).Shuffle(tokens);
        return tokens;
    }

    private static long[] Inputs(ColumnBatches batches) => [.. Pairs(batches).Select(pair => pair.Input)];

    private static List<(long Input, long Target)> Pairs(ColumnBatches batches)
    {
        var pairs = new List<(long, long)>();
        var input = new long[batches.MaxBatchElements];
        var target = new long[batches.MaxBatchElements];
        for (int step = 0; step < batches.Steps; step++)
        {
            int count = batches.Fill(step, input, target) * batches.Columns;
            pairs.AddRange(input.Take(count).Zip(target));
        }

        return pairs;
    }
}
