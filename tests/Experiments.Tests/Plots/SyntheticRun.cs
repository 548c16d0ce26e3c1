using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Tests.Plots;

/// <summary>A run's folder with figures that a test chooses, written by the classes that write real ones.</summary>
internal sealed record SyntheticRun
{
    public const long Parameters = 1000;

    public string Compressor { get; init; } = "dense+float32";

    public string Memory { get; init; } = "none";

    public string Exchange { get; init; } = "allreduce";

    public int Workers { get; init; } = 2;

    public int VirtualWorkers { get; init; }

    public int LocalSteps { get; init; } = 1;

    public string OuterOptimizer { get; init; } = "sgd";

    public double OuterRate { get; init; } = 1;

    public double OuterMomentum { get; init; }

    public int Seed { get; init; } = 1;

    public double Rate { get; init; } = 20;

    public string Data { get; init; } = "ptb";

    /// <summary>Validation perplexity after each tenth step; a row of metrics.csv goes with each.</summary>
    public IReadOnlyList<double> Perplexities { get; init; } = [400, 200, 150];

    public double SecondsPerStep { get; init; } = 0.5;

    /// <summary>Seconds of copies between host and device, of each row.</summary>
    public double Copy { get; init; }

    public long BytesPerStepAndWorker { get; init; } = 4000;

    public double WordsPerSecond { get; init; } = 1000;

    /// <summary>What the lab says of itself; null elsewhere.</summary>
    public string? Network { get; init; }

    public string Status { get; init; } = "completed";

    public string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        var directory = RunDirectory.Open(folder, "synthetic", resuming: false, TimeProvider.System, folder);
        ConfigFile.Write(directory, Options(folder), "./run.sh train");
        var environment = RunEnvironment.Observe(TimeProvider.System, folder) with
        {
            Threads = 1, Libtorch = "1.13", DataSha256 = new Dictionary<string, string> { ["ptb.train.txt"] = "abc" }, Network = Network,
        };
        environment.Write(directory);
        using (var log = new CsvRunLogger(directory))
        {
            for (int i = 1; i <= Perplexities.Count; i++)
            {
                log.LogMetrics(Metric(10 * i));
                log.LogEvaluation(Evaluation(10 * i, "valid"));
            }

            log.LogEvaluation(Evaluation(10 * Perplexities.Count, "test"));
        }

        SummaryFile.Write(directory.PathOf(RunFiles.Summary), Summary());
        return folder;
    }

    private ConfigEntry[] Options(string folder) =>
    [
        new("data", $"/corpora/{Data}", true), new("out", folder, true), new("init_lr", Rate, true), new("seed", Seed, true), new("num_workers", Workers, true),
        new("virtual_workers", VirtualWorkers, true), new("compress_ratio", null, false), new("resolved_compressor", Compressor, false),
        new("local_steps", LocalSteps, false), new("outer_optimizer", OuterOptimizer, false), new("outer_lr", OuterRate, false), new("outer_momentum", OuterMomentum, false),
        new("resolved_memory", Memory, false), new("resolved_exchange", Exchange, false),
    ];

    private int Total => VirtualWorkers > 0 ? VirtualWorkers : Workers;

    private MetricsRecord Metric(int step) => new()
    {
        Step = step,
        Epoch = step / 100.0,
        Tokens = step * 100,
        TrainLoss = Math.Log(Perplexities[(step / 10) - 1] * 2),
        LearningRate = Rate,
        WordsPerSecond = WordsPerSecond,
        GradNorm = 1,
        ResidualNorm = 0,
        WireBytesTotal = step * BytesPerStepAndWorker * Total,
        SecondsTotal = step * SecondsPerStep,
        Seconds = new PhaseSeconds(4 * SecondsPerStep, SecondsPerStep, 3 * SecondsPerStep, SecondsPerStep, SecondsPerStep / 2, 0, 0) { Copy = Copy },
    };

    private EvaluationRecord Evaluation(int step, string split) => new()
    {
        Step = step,
        Epoch = step / 100.0,
        Tokens = step * 100,
        Split = split,
        Loss = Math.Log(Perplexities[(step / 10) - 1] + (split == "test" ? 1 : 0)),
        WireBytesTotal = step * BytesPerStepAndWorker * Total,
        SecondsTotal = step * SecondsPerStep,
    };

    private RunSummary Summary()
    {
        long steps = 10 * Perplexities.Count;
        double dense = 2.0 * (Total - 1) / Total * 4 * Parameters;
        return new RunSummary
        {
            Status = Status,
            Model = "synthetic",
            Compressor = Compressor,
            Memory = Memory,
            Exchange = Exchange,
            NumWorkers = Total,
            Parameters = Parameters,
            Steps = steps,
            Epochs = steps / 100.0,
            Tokens = steps * 100,
            TrainLoss = 1,
            ValidPerplexity = Perplexities[^1],
            TestPerplexity = Perplexities[^1] + 1,
            WordsPerSecond = WordsPerSecond,
            PeakMemoryBytes = 1,
            FinalParametersSha256 = "0",
            Bytes = new ByteSummary(
                BytesPerStepAndWorker, BytesPerStepAndWorker * steps * Total, 0, 0, dense, dense / 2, BytesPerStepAndWorker == 0 ? double.PositiveInfinity : dense / BytesPerStepAndWorker),
            Seconds = new SecondsSummary(steps * SecondsPerStep, 0, 0, 0, 0, 0, 0, 0),
        };
    }
}
