using Compression.Core.Reporting;
using Compression.Training.ModelParallel;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests.ModelParallel;

[Seeded]
public sealed class ModelParallelTrainerTests
{
    [Theory]
    [InlineData(2, "wavefront")]
    [InlineData(4, "1f1b")]
    [InlineData(3, "gpipe")]
    public void Stages_on_ranks_train_as_one_process_does(int stages, string schedule)
    {
        var options = ModelParallelRuns.Tiny with { Schedule = schedule, Dropout = 0.3, MaxSteps = 12 };
        var one = ModelParallelRuns.Train(options);
        var ranks = ModelParallelRuns.TrainRanks(options with { Stages = stages, NumWorkers = stages });
        RequireEqual(one, ranks, 1e-5);
        Assert.Equal(one.Summary!.Tokens, ranks.Summary!.Tokens);
        Assert.Equal(one.Summary.Parameters, ranks.Summary.Parameters);
        Assert.Equal(stages, ranks.Summary.NumWorkers);
    }

    [Fact]
    public void Replicas_of_stages_exchange_as_virtual_workers_do()
    {
        var options = ModelParallelRuns.Tiny with { Stages = 2, MaxSteps = 10, Compressor = "topk(ratio=0.1)", Clip = 0 };
        var ranks = ModelParallelRuns.TrainRanks(options with { NumWorkers = 4 });
        var simulated = ModelParallelRuns.Train(options with { VirtualWorkers = 2 });
        RequireEqual(simulated, ranks, 1e-5);
        Assert.Equal(4, ranks.Summary!.NumWorkers);
        Assert.Equal("residual(beta=1,gamma=1)", ranks.Summary.Memory);

        // Both stages of both replicas send their own payload, of two headers where one process needs one.
        Assert.InRange(ranks.Summary.Bytes.WireTotal - simulated.Summary!.Bytes.WireTotal, 1, 10 * 2 * 400);
    }

    [Theory]
    [InlineData(2, 2, "none")]
    [InlineData(2, 4, "topk(ratio=0.1)")]
    public void A_resumed_run_ends_with_the_bits_of_one_that_was_never_stopped(int stages, int ranks, string compressor)
    {
        using var folder = new TemporaryFolder();
        var options = ModelParallelRuns.Tiny with { Stages = stages, NumWorkers = ranks, Compressor = compressor, Dropout = 0.3, CheckpointEvery = 8, MaxSteps = 20 };
        var whole = ModelParallelRuns.TrainRanks(options, Path.Combine(folder.Path, "whole"));
        string part = Path.Combine(folder.Path, "part");
        ModelParallelRuns.TrainRanks(options with { MaxSteps = 17 }, part);
        var resumed = ModelParallelRuns.TrainRanks(options with { Resume = Path.Combine(part, "checkpoints", "step-000016") }, part);
        Assert.Equal(whole.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
        Assert.Equal(64, whole.Summary.FinalParametersSha256.Length);
        Assert.Equal(whole.Evaluations[^1].Loss, resumed.Evaluations[^1].Loss);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void A_checkpoint_goes_on_with_another_number_of_stages(int stages)
    {
        using var folder = new TemporaryFolder();
        var options = ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 2, CheckpointEvery = 8, MaxSteps = 16 };
        var whole = ModelParallelRuns.TrainRanks(options, Path.Combine(folder.Path, "whole"));
        string part = Path.Combine(folder.Path, "part");
        ModelParallelRuns.TrainRanks(options with { MaxSteps = 8 }, part);
        var other = options with { Stages = stages, NumWorkers = stages, Resume = Path.Combine(part, "checkpoints", "step-000008") };
        var resumed = stages == 1 ? ModelParallelRuns.Train(other, part) : ModelParallelRuns.TrainRanks(other, part);
        Assert.Equal(16, resumed.Summary!.Steps);
        Assert.Equal(whole.Evaluations[^1].Loss, resumed.Evaluations[^1].Loss, 1e-5);
        Assert.Equal([.. whole.Metrics.Skip(8).Select(row => row.Step)], resumed.Metrics.Select(row => row.Step));
    }

    [Fact]
    public void Residuals_of_stages_are_not_taken_for_those_of_others()
    {
        using var folder = new TemporaryFolder();
        var options = ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 2, Compressor = "topk(ratio=0.1)", CheckpointEvery = 4, MaxSteps = 4 };
        ModelParallelRuns.TrainRanks(options, folder.Path);
        string checkpoint = Path.Combine(folder.Path, "checkpoints", "step-000004");
        UserErrors.Expect(
            ExitCode.Checkpoint, () => ModelParallelRuns.TrainRanks(options with { Stages = 4, NumWorkers = 4, Resume = checkpoint }, folder.Path), "2 workers");
        UserErrors.Expect(
            ExitCode.Checkpoint, () => ModelParallelRuns.TrainRanks(options with { Placement = "0,1,1,1", Resume = checkpoint }, folder.Path), "0,0,1,1");
    }

    [Fact]
    public void A_measured_placement_trains_and_is_written_down()
    {
        using var folder = new TemporaryFolder();
        var options = ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 2, Placement = "auto", MaxSteps = 8, TimelineSteps = 1 };
        var run = ModelParallelRuns.TrainRanks(options, folder.Path);
        RequireEqual(ModelParallelRuns.Train(ModelParallelRuns.Tiny with { MaxSteps = 8 }), run, 1e-5);
        string report = File.ReadAllText(Path.Combine(folder.Path, ModelParallelReport.FileName));
        Assert.Contains("\"bubble\":", report, StringComparison.Ordinal);
        using var trace = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.Path, ModelParallelReport.TimelineName)));
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(one => one.GetProperty("ph").GetString() == "X").ToArray();

        // The timeline begins after five steps. Each stage goes through each unit of the sixth, a block of its time, once in either direction.
        var buckets = ModelParallelTask.Buckets(new SentenceText(ModelParallelRuns.Text.Train, ModelParallelRuns.Text.Vocabulary, options.SentenceEnd), options, keepAll: false);
        int steps = new BucketPlan(buckets, options.BatchSize, 1).Shuffled(options.Seed, 0)[5].Steps, units = (steps + options.TimeBlock - 1) / options.TimeBlock;
        foreach (int stage in (int[])[0, 1])
        {
            string[] names = [.. events.Where(one => one.GetProperty("tid").GetInt32() == stage).Select(one => one.GetProperty("name").GetString()!)];
            int[] forward = [.. names.Where(name => name.StartsWith("forward", StringComparison.Ordinal)).Select(name => int.Parse(name.Split(' ')[1]))];
            Assert.Equal(Enumerable.Range(0, units), forward);
            Assert.Equal(forward.Reverse(), names.Where(name => name.StartsWith("backward", StringComparison.Ordinal)).Select(name => int.Parse(name.Split(' ')[1])));
        }
    }

    [Fact]
    public void The_rate_halves_unless_perplexity_falls_by_more_than_one()
    {
        var rate = new ModelParallelSchedule(0.1);
        foreach (var (perplexity, expected) in new[] { (200.0, 0.1), (150, 0.1), (149.5, 0.05), (148.4, 0.05), (160, 0.025), (100, 0.025) })
        {
            rate.EndRound(Math.Log(perplexity));
            Assert.Equal(expected, rate.Rate, 1e-15);
        }

        Assert.Equal(Math.Log(100), rate.BestLoss!.Value, 1e-12);
    }

    [Theory]
    [InlineData("stages", "--stages 5")]
    [InlineData("workers", "--num_workers 3")]
    [InlineData("overlap", "--overlap")]
    [InlineData("memory", "--stage_memory")]
    [InlineData("buckets", "--buckets 1")]
    public void What_contradicts_itself_is_refused(string what, string named) => UserErrors.Expect(
        ExitCode.Usage,
        () => ModelParallelRuns.Train(what switch
        {
            "stages" => ModelParallelRuns.Tiny with { Stages = 5 },
            "workers" => ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 3 },
            "overlap" => ModelParallelRuns.Tiny with { Overlap = true, Clip = 0 },
            "memory" => ModelParallelRuns.Tiny with { StageMemory = 5 },
            _ => ModelParallelRuns.Tiny with { Buckets = "1", SentenceEnd = SentenceEnd.Newline },
        }),
        named);

    private static void RequireEqual(RecordingLogger expected, RecordingLogger found, double tolerance)
    {
        foreach (var (first, second) in Pairs.Of(expected.Metrics, found.Metrics))
        {
            Assert.Equal(first.TrainLoss, second.TrainLoss, tolerance);
            Assert.Equal(first.GradNorm, second.GradNorm, tolerance * Math.Max(1, first.GradNorm));
        }

        Pairs.AssertClose(expected.Evaluations.Select(row => row.Loss), found.Evaluations.Select(row => row.Loss), tolerance);
    }
}
