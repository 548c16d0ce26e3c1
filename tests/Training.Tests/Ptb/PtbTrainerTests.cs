using Compression.Core.Reporting;
using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

[Seeded]
public sealed class PtbTrainerTests
{
    [Theory]
    [InlineData("lstm", "none", 0)]
    [InlineData("lstm", "topk(ratio=0.05)", 0)]
    [InlineData("lstm", "topk(ratio=0.05)+sign", 3)]
    [InlineData("lstm", "efsignsgd", 2)]
    [InlineData("gru", "topk(ratio=0.05)", 2)]
    public void Two_equal_runs_end_with_the_same_bits_and_another_seed_does_not(string model, string compressor, int virtualWorkers)
    {
        var options = PtbRuns.Tiny with { Model = model, Compressor = compressor, VirtualWorkers = virtualWorkers };
        string first = PtbRuns.Train(options, PtbRuns.Text).Summary!.FinalParametersSha256;
        Assert.Equal(first, PtbRuns.Train(options, PtbRuns.Text).Summary!.FinalParametersSha256);
        Assert.NotEqual(first, PtbRuns.Train(options with { Seed = 7 }, PtbRuns.Text).Summary!.FinalParametersSha256);
    }

    [Theory]
    [InlineData("lstm", "none", 0, 0.0, "sgd")]
    [InlineData("lstm", "none", 2, 0.9, "sgd")]
    [InlineData("lstm", "topk(ratio=0.05)", 3, 0.0, "sgd")]
    [InlineData("lstm", "topk(ratio=0.05)+sign", 0, 0.5, "sgd")]
    [InlineData("gru", "topk(ratio=0.05)", 2, 0.5, "sgd")]
    [InlineData("lstm", "none", 0, 0.0, "adamw")]
    [InlineData("gru", "chunktopk(ratio=0.05)+levels2", 2, 0.0, "adamw")]
    public void A_resumed_run_ends_with_the_bits_of_one_that_was_never_stopped(string model, string compressor, int virtualWorkers, double momentum, string optimizer)
    {
        using var folder = new TemporaryFolder();
        int perEpoch = PtbRuns.Text.Train.Length / Math.Max(1, virtualWorkers) / PtbRuns.Tiny.BatchSize / PtbRuns.Tiny.Bptt;
        var options = PtbRuns.Tiny with
        {
            Model = model, Compressor = compressor, VirtualWorkers = virtualWorkers, Momentum = momentum, CheckpointEvery = 7, MaxSteps = perEpoch + 20,
            InitLr = optimizer == "sgd" ? 2 : 0.01, Optim = optimizer, WeightDecay = optimizer == "sgd" ? 0 : 0.1,
        };
        var whole = PtbRuns.Train(options, PtbRuns.Text, Path.Combine(folder.Path, "whole"));

        // Stopped by a signal in the second epoch, between two checkpoints; the signal's own checkpoint is there to go on from.
        string part = Path.Combine(folder.Path, "part");
        using var stop = new CancellationTokenSource();
        long stopAt = perEpoch + 10;
        var stopped = PtbRuns.Train(options, PtbRuns.Text, part, stop: stop.Token, logger: new RecordingLogger
        {
            OnProgress = progress =>
            {
                if (progress.Step == stopAt)
                {
                    stop.Cancel();
                }
            },
        });
        Assert.Equal("interrupted", stopped.Summary!.Status);
        Assert.InRange(stopped.Summary.Steps, stopAt, stopAt + 1);

        string checkpoint = Directory.GetDirectories(Path.Combine(part, "checkpoints")).Max()!;
        var resumed = PtbRuns.Train(options with { Resume = checkpoint }, PtbRuns.Text, part);
        Assert.Equal(whole.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
        Assert.Equal(whole.Summary.Bytes, resumed.Summary.Bytes);
        Assert.Equal(whole.Summary.Tokens, resumed.Summary.Tokens);
        Assert.Equal(whole.Summary.TrainLoss!.Value, resumed.Summary.TrainLoss!.Value, 1e-12);
        Assert.Equal(whole.Evaluations[^1].Loss, resumed.Evaluations[^1].Loss);
    }

    [Fact]
    public void Whoever_takes_distributions_gets_the_averaged_gradient_by_parameter_and_what_is_held_back()
    {
        var logger = new RecordingLogger { TakesDistributions = true };
        var options = PtbRuns.Tiny with { Compressor = "topk(ratio=0.05)", MaxSteps = 4, LogInterval = 2, Clip = 0 };
        PtbRuns.Train(options, PtbRuns.Text, logger: logger);
        foreach (var row in logger.Metrics)
        {
            var here = logger.Distributions.Where(one => one.Step == row.Step).ToList();
            var residuals = Assert.Single(here, one => one.Name == "held_back");
            Assert.Equal(row.ResidualNorm, Math.Sqrt(residuals.Values.Sum(value => (double)value * value)), 1e-6 * row.ResidualNorm);
            Assert.Contains(here, one => one.Name == "gradient/decoder.weight");
            float[] gradient = [.. here.Where(one => one.Name.StartsWith("gradient/", StringComparison.Ordinal)).SelectMany(one => one.Values)];
            Assert.Equal(residuals.Values.Length, gradient.Length);
            Assert.InRange(gradient.Count(value => value != 0), 1, gradient.Length / 10);
        }

        Assert.Equal([2, 4], logger.Metrics.Select(row => row.Step));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_ends_with_code_4_and_a_failed_summary()
    {
        var logger = new RecordingLogger();
        var failure = Assert.Throws<UserErrorException>(() => PtbRuns.Train(
            PtbRuns.Tiny with { InitLr = 1e38, Clip = 0, Dropout = 0 }, PtbRuns.Text, logger: logger));
        Assert.Equal(ExitCode.NonFinite, failure.Code);
        Assert.Equal("failed", logger.Summary!.Status);
    }

    [Fact]
    public void The_loss_falls_and_the_summary_tells_the_last_evaluation()
    {
        var options = PtbRuns.Tiny with { MaxSteps = 0, Epochs = 4, InitLr = 20, Dropout = 0, Compressor = "topk(ratio=0.1)" };
        var run = PtbRuns.Train(options, PtbRuns.Text);
        double first = run.Metrics[0].TrainLoss, last = run.Metrics.TakeLast(50).Average(row => row.TrainLoss);
        Assert.True(last < first - 0.5, $"from {first} to {last} nats");
        Assert.True(run.Summary!.TestPerplexity < 0.6 * PtbRuns.Text.Vocabulary.Count, $"{run.Summary.TestPerplexity} of {PtbRuns.Text.Vocabulary.Count} words");
        Assert.Equal(run.Evaluations[^1].Perplexity, run.Summary.TestPerplexity!.Value, 1e-9);
        Assert.Equal("completed", run.Summary.Status);
        Assert.True(run.Summary.Bytes.WireCompressionRatio is > 5 and < 12, $"{run.Summary.Bytes.WireCompressionRatio}");
    }

    [Theory]
    [InlineData(0.5, 4, new[] { 20, 20, 20, 20, 10, 5, 2.5 })]
    [InlineData(0.8, 0, new[] { 20, 16, 12.8, 10.24 })]
    public void The_rate_follows_its_decay(double decay, int after, double[] rates)
    {
        var schedule = new PtbSchedule(new PtbOptions { InitLr = 20, LrSchedule = ScheduleKind.Step, LrDecay = decay, DecayAfter = after });
        for (int epoch = 0; epoch < rates.Length; epoch++)
        {
            Assert.Equal(rates[epoch], schedule.Rate, 1e-12);
            schedule.EndEpoch(epoch + 1, validLoss: 5);
        }
    }

    [Fact]
    public void Without_decay_the_rate_is_quartered_when_valid_stops_falling()
    {
        var schedule = new PtbSchedule(new PtbOptions { InitLr = 20 });
        foreach (var (loss, rate) in new[] { (5.0, 20.0), (4.9, 20), (4.95, 5), (4.9, 1.25), (4.8, 1.25) })
        {
            schedule.EndEpoch(1, loss);
            Assert.Equal(rate, schedule.Rate);
        }
    }
}
