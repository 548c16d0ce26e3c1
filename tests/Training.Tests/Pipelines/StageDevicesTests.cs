using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Training.Pipelines;

namespace Compression.Training.Tests.Pipelines;

/// <summary>Stages of one process, each on a thread and a device of its own.</summary>
[Seeded]
public sealed class StageDevicesTests
{
    [Theory]
    [InlineData(2, "wavefront", "none", 0)]
    [InlineData(4, "1f1b", "topk(ratio=0.1)", 0)]
    [InlineData(3, "gpipe", "none", 2)]
    public void Threads_end_with_the_bits_of_stages_that_take_turns(int stages, string schedule, string compressor, int replicas)
    {
        var options = PipelineRuns.Tiny with
        {
            Stages = stages, Schedule = schedule, Dropout = 0.3, MaxSteps = 14, Compressor = compressor, VirtualWorkers = replicas,
        };
        var turns = PipelineRuns.Train(options);
        var threads = PipelineRuns.Train(options with { Devices = string.Join(',', Enumerable.Repeat("cpu", stages)) });
        Assert.Equal(turns.Summary!.FinalParametersSha256, threads.Summary!.FinalParametersSha256);
        Assert.Equal(turns.Metrics.Select(row => row.TrainLoss), threads.Metrics.Select(row => row.TrainLoss));
        Assert.Equal(turns.Evaluations.Select(row => row.Loss), threads.Evaluations.Select(row => row.Loss));
    }

    [Fact]
    public void Threads_train_as_ranks_do()
    {
        var options = PipelineRuns.Tiny with { Stages = 2, Dropout = 0.3, MaxSteps = 14 };
        var ranks = PipelineRuns.TrainRanks(options with { NumWorkers = 2 });
        var threads = PipelineRuns.Train(options with { Devices = "cpu,cpu" });
        Assert.All(ranks.Metrics.Zip(threads.Metrics), pair => Assert.Equal(pair.First.TrainLoss, pair.Second.TrainLoss, 1e-5));
        Assert.Equal(ranks.Evaluations[^1].Loss, threads.Evaluations[^1].Loss, 1e-5);
    }

    [Fact]
    public void A_checkpoint_is_one_models_and_goes_on()
    {
        using var folder = new TemporaryFolder();
        var options = PipelineRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", Compressor = "topk(ratio=0.1)", CheckpointEvery = 8, MaxSteps = 14 };
        var whole = PipelineRuns.Train(options, Path.Combine(folder.Path, "whole"));
        string checkpoint = Path.Combine(folder.Path, "whole", "checkpoints", "step-000008");
        var resumed = PipelineRuns.Train(options with { Resume = checkpoint }, Path.Combine(folder.Path, "whole"));
        Assert.Equal(whole.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
    }

    [Fact]
    public void Bubble_bytes_and_timeline_are_those_of_a_pipeline()
    {
        using var folder = new TemporaryFolder();
        PipelineRuns.Train(PipelineRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", MaxSteps = 10, TimelineSteps = 2 }, folder.Path);
        using var report = JsonDocument.Parse(File.ReadAllBytes(folder[PipelineReport.FileName]));
        Assert.InRange(report.RootElement.GetProperty("bubble").GetDouble(), 0.01, 0.99);
        double[] sent = [.. report.RootElement.GetProperty("per_stage").EnumerateArray().Select(stage => stage.GetProperty("gradient_bytes").GetDouble())];
        Assert.Equal(0, sent[0]);
        Assert.True(sent[1] > 0);
        using var trace = JsonDocument.Parse(File.ReadAllBytes(folder[PipelineReport.TimelineName]));
        Assert.Equal([0, 1], trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(one => one.GetProperty("ph").GetString() == "X")
            .Select(one => one.GetProperty("tid").GetInt32()).Distinct().Order());
    }

    [Fact]
    public void A_stage_that_fails_ends_those_that_wait_for_it()
    {
        var mailbox = new StageMailbox();
        using var threads = new StageThreads(3, 1, mailbox);
        int[] ran = new int[3];
        threads.Run(stage => ran[stage]++);
        Assert.Equal([1, 1, 1], ran);
        var failure = Assert.Throws<InvalidDataException>(() => threads.Run(stage =>
        {
            if (stage == 1)
            {
                throw new InvalidDataException("the cause");
            }

            mailbox.Take(stage, StageMessage.Activation, 0);
        }));
        Assert.Equal("the cause", failure.Message);
    }

    [Theory]
    [InlineData("cpu,gpu", "'gpu'", ExitCode.Usage)]
    [InlineData("cpu,cuda:x", "'cuda:x'", ExitCode.Usage)]
    [InlineData("cpu", "1 devices, and --stages is 2", ExitCode.Usage)]
    [InlineData("cpu,cuda:99", "no cuda:99", ExitCode.Environment)]
    public void Devices_that_cannot_be_are_refused(string devices, string told, ExitCode code) =>
        UserErrors.Expect(code, () => PipelineRuns.Train(PipelineRuns.Tiny with { Stages = 2, Devices = devices }), "--devices", told);

    [Theory]
    [InlineData(2, false, "--devices cpu,cpu", "--num_workers 1")]
    [InlineData(1, true, "--use_gpu true", "--devices")]
    public void Threads_exclude_ranks_and_the_gpu_of_a_rank(int ranks, bool useGpu, string option, string cure) => UserErrors.Expect(
        ExitCode.Usage,
        () => PipelineRuns.Train(PipelineRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", NumWorkers = ranks, UseGpu = useGpu }),
        option, cure);
}
