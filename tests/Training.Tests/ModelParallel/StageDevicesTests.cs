using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Training.ModelParallel;

namespace Compression.Training.Tests.ModelParallel;

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
        var options = ModelParallelRuns.Tiny with
        {
            Stages = stages, Schedule = schedule, Dropout = 0.3, MaxSteps = 14, Compressor = compressor, VirtualWorkers = replicas,
        };
        var turns = ModelParallelRuns.Train(options);
        var threads = ModelParallelRuns.Train(options with { Devices = string.Join(',', Enumerable.Repeat("cpu", stages)) });
        Assert.Equal(turns.Summary!.FinalParametersSha256, threads.Summary!.FinalParametersSha256);
        Assert.Equal(turns.Metrics.Select(row => row.TrainLoss), threads.Metrics.Select(row => row.TrainLoss));
        Assert.Equal(turns.Evaluations.Select(row => row.Loss), threads.Evaluations.Select(row => row.Loss));
    }

    [Fact]
    public void Threads_train_as_ranks_do()
    {
        var options = ModelParallelRuns.Tiny with { Stages = 2, Dropout = 0.3, MaxSteps = 14 };
        var ranks = ModelParallelRuns.TrainRanks(options with { NumWorkers = 2 });
        var threads = ModelParallelRuns.Train(options with { Devices = "cpu,cpu" });
        Pairs.AssertClose(ranks.Metrics.Select(row => row.TrainLoss), threads.Metrics.Select(row => row.TrainLoss), 1e-5);
        Pairs.AssertClose(ranks.Evaluations.Select(row => row.Loss), threads.Evaluations.Select(row => row.Loss), 1e-5);
    }

    [Fact]
    public void A_checkpoint_is_one_models_and_goes_on()
    {
        using var folder = new TemporaryFolder();
        var options = ModelParallelRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", Compressor = "topk(ratio=0.1)", CheckpointEvery = 8, MaxSteps = 14 };
        var whole = ModelParallelRuns.Train(options, Path.Combine(folder.Path, "whole"));
        string checkpoint = Path.Combine(folder.Path, "whole", "checkpoints", "step-000008");
        var resumed = ModelParallelRuns.Train(options with { Resume = checkpoint }, Path.Combine(folder.Path, "whole"));
        Assert.Equal(whole.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
    }

    [Theory]
    [InlineData("wavefront")]
    [InlineData("1f1b")]
    [InlineData("gpipe")]
    public void The_report_adds_up_the_timeline(string schedule)
    {
        const int Unrecorded = 5, Recorded = 10;
        using var folder = new TemporaryFolder();
        ModelParallelRuns.Train(ModelParallelRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", Schedule = schedule, MaxSteps = Unrecorded + Recorded, TimelineSteps = Recorded }, folder.Path);
        using var report = JsonDocument.Parse(File.ReadAllBytes(folder[ModelParallelReport.FileName]));
        using var trace = JsonDocument.Parse(File.ReadAllBytes(folder[ModelParallelReport.TimelineName]));
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().Where(one => one.GetProperty("ph").GetString() == "X").Select(one => (
            Stage: one.GetProperty("tid").GetInt32(), What: one.GetProperty("cat").GetString()!, Start: one.GetProperty("ts").GetDouble() / 1e6,
            Seconds: one.GetProperty("dur").GetDouble() / 1e6, Step: one.GetProperty("args").GetProperty("step").GetInt32(),
            Unit: one.GetProperty("args").GetProperty("unit").GetInt32())).ToList();
        var stages = report.RootElement.GetProperty("per_stage").EnumerateArray().ToList();
        Assert.Equal(2, stages.Count);
        Assert.Equal(Recorded, events.Select(one => one.Step).Distinct().Count());
        double busy = 0, whole = 0;
        for (int stage = 0; stage < 2; stage++)
        {
            var own = events.Where(one => one.Stage == stage).OrderBy(one => one.Start).ToList();
            Assert.All(Pairs.Of(own.SkipLast(1), own.Skip(1)), pair => Assert.True(pair.First.Start + pair.First.Seconds <= pair.Second.Start + 1e-6, $"stage {stage} does two things at a time"));
            double Seconds(string name) => stages[stage].GetProperty($"{name}_seconds").GetDouble();
            string[] activities = ["forward", "backward", "wait", "send"];
            Assert.All(activities, activity => Assert.InRange(own.Where(one => one.What == activity).Sum(one => one.Seconds), 0, Seconds(activity) + 1e-6));
            Assert.True(activities.Sum(Seconds) <= Seconds("step"), $"stage {stage} does more than it has time for");
            busy += Seconds("forward") + Seconds("backward");
            whole += Seconds("step");
        }

        Assert.Equal(1 - (busy / whole), report.RootElement.GetProperty("bubble").GetDouble(), 1e-6);

        // What one stage needs of the other is there before it begins.
        foreach (var (from, to, activity) in ((int, int, string)[])[(0, 1, "forward"), (1, 0, "backward")])
        {
            var sent = events.Where(one => one.Stage == from && one.What == activity).ToDictionary(one => (one.Step, one.Unit));
            var used = events.Where(one => one.Stage == to && one.What == activity).ToList();
            Assert.NotEmpty(sent);
            Assert.Equal(sent.Count, used.Count);
            Assert.All(used, one => Assert.True(sent[(one.Step, one.Unit)].Start + sent[(one.Step, one.Unit)].Seconds <= one.Start + 1e-6));
        }

        Assert.Equal(0, stages[0].GetProperty("gradient_bytes").GetDouble());
        Assert.True(stages[1].GetProperty("gradient_bytes").GetDouble() > 0);
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
    [InlineData("cpu", "1 device, and --stages is 2", ExitCode.Usage)]
    [InlineData("cpu,cuda:99", "cuda:99: libtorch finds no CUDA device here", ExitCode.Environment)]
    public void Devices_that_cannot_be_are_refused(string devices, string told, ExitCode code) =>
        UserErrors.Expect(code, () => ModelParallelRuns.Train(ModelParallelRuns.Tiny with { Stages = 2, Devices = devices }), "--devices", told);

    [Theory]
    [InlineData(2, false, "--devices cpu,cpu", "--num_workers 1")]
    [InlineData(1, true, "--use_gpu true", "--devices")]
    public void Threads_exclude_ranks_and_the_gpu_of_a_rank(int ranks, bool useGpu, string option, string cure) => UserErrors.Expect(
        ExitCode.Usage,
        () => ModelParallelRuns.Train(ModelParallelRuns.Tiny with { Stages = 2, Devices = "cpu,cpu", NumWorkers = ranks, UseGpu = useGpu }),
        option, cure);
}
