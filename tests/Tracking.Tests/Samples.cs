using Compression.Core.Reporting;

namespace Compression.Tracking.Tests;

/// <summary>Records with plausible, distinct figures.</summary>
internal static class Samples
{
    public static MetricsRecord Metrics(long step, double loss = 6.209) => new()
    {
        Step = step,
        Epoch = 0.5,
        Tokens = 1400 * step,
        TrainLoss = loss,
        LearningRate = 20,
        WordsPerSecond = 12345.4,
        GradNorm = 0.75,
        ResidualNorm = 1.5,
        WireBytesTotal = 286_400 * step,
        SecondsTotal = 31.25,
        Seconds = new PhaseSeconds(6.2, 0.3, 0.9, 0.1, 2.5, 0, 0) { Hidden = 0.4 },
    };

    public static EvaluationRecord Evaluation(long step, string split = "valid", double loss = 4.812) => new()
    {
        Step = step,
        Epoch = 1,
        Tokens = 1400 * step,
        Split = split,
        Loss = loss,
        WireBytesTotal = 286_400 * step,
        SecondsTotal = 192.4,
    };

    public static ProgressRecord Progress(long step, long total = 2656) => new(1, 4, step, total, 6.209, 12345.4, 612.3);

    public static RunSummary Summary() => new()
    {
        Status = "completed",
        Model = "ptb-lstm",
        Compressor = "topk(ratio=0.001)+float32",
        Memory = "residual",
        Exchange = "all-gather",
        NumWorkers = 2,
        Parameters = 21_921_600,
        Steps = 2656,
        Epochs = 4,
        Tokens = 3_718_400,
        TrainLoss = 4.9,
        ValidPerplexity = 120.13,
        TestPerplexity = 118.24,
        WordsPerSecond = 4950.6,
        PeakMemoryBytes = 1_234_567_890,
        FinalParametersSha256 = new string('a', 64),
        Bytes = new ByteSummary(143_221.5, 760_792_608, 175_372.8, 120_111.2, 87_686_400, 43_843_200, 612.24),
        Seconds = new SecondsSummary(751.5, 500.25, 20.5, 60.125, 8.5, 100.75, 40, 10.5),
    };
}
