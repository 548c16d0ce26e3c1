using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Optimizers;
using Compression.Training.Ptb;
using Compression.Training.Tests.ModelParallel;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;

namespace Compression.Training.Tests.Optimizers;

/// <summary>A step by the sign of the mean gradient, in every trainer that has one.</summary>
[Seeded]
public sealed class SignUpdateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("none", 0)]
    [InlineData("chunktopk(ratio=0.05)", 3)]
    public void Every_weight_of_the_lstm_moves_by_the_rate_or_not_at_all(string compressor, int virtualWorkers)
    {
        const double decay = 0.5;
        var run = PtbRuns.Train(
            PtbRuns.Tiny with { Update = UpdateRule.Sign, InitLr = 0.01, WeightDecay = decay, Compressor = compressor, VirtualWorkers = virtualWorkers, MaxSteps = 2, CheckpointEvery = 1 },
            PtbRuns.Text, _folder.Path);
        AssertSigns(0.01, decay, run.Summary!.Parameters);
    }

    [Fact]
    public void Every_weight_of_the_transformer_moves_by_the_rate_or_not_at_all()
    {
        var run = Tiny.Train(
            Tiny.Options with { Update = UpdateRule.Sign, Optim = "sgd", Lr = 0.01, Scheduler = "constant", VirtualWorkers = 2, MaxStep = 2, CheckpointEvery = 1 }, _folder.Path);
        AssertSigns(0.01, decay: 0, run.Summary!.Parameters);
    }

    [Fact]
    public void Every_weight_of_the_pipeline_moves_by_the_rate_or_not_at_all()
    {
        var run = ModelParallelRuns.Train(
            ModelParallelRuns.Tiny with { Update = UpdateRule.Sign, Lr = 0.01, Stages = 2, VirtualWorkers = 2, MaxSteps = 2, CheckpointEvery = 1 }, folder: _folder.Path);
        AssertSigns(0.01, decay: 0, run.Summary!.Parameters);
    }

    /// <summary>DeMo that sends all, and remembers nothing, is signSGD of the mean.</summary>
    [Fact]
    public void Demo_of_whole_tiles_without_decay_steps_by_the_sign_of_the_mean_gradient()
    {
        const int Workers = 3;
        var options = PtbRuns.Tiny with
        {
            Update = UpdateRule.Sign, InitLr = 0.01, Clip = 0, VirtualWorkers = Workers, Compressor = "dcttopk(k=4096)", Memory = "demo(decay=0)", MaxSteps = 1, CheckpointEvery = 1,
        };
        PtbRuns.Train(options, PtbRuns.Text, _folder.Path);
        WorkerAlone[] workers = [.. Enumerable.Range(0, Workers).Select(worker => new WorkerAlone(options, worker, Workers))];
        float[] before = workers[0].Weights;
        float[][] gradients = [.. workers.Select(worker => worker.Gradient(0))];
        workers[0].Read(_folder.Path, 1);
        float[] after = workers[0].Weights;
        double[] means = [.. before.Select((_, i) => gradients.Average(gradient => (double)gradient[i]))];

        // Transformed there and back, a gradient that is next to nothing may change its sign.
        double least = 1e-6 * means.Max(Math.Abs);
        int[] clear = [.. Enumerable.Range(0, means.Length).Where(i => Math.Abs(means[i]) > least)];
        Assert.All(clear, i => Assert.Equal(before[i] - (0.01 * Math.Sign(means[i])), after[i], 1e-7));
        Assert.InRange(clear.Length, means.Length / 2, means.Length);
        Assert.All(workers, worker => worker.Dispose());
    }

    public static TheoryData<PtbOptions, string> Refused => new()
    {
        { PtbRuns.Tiny with { Optim = "adamw" }, "SGD without momentum" },
        { PtbRuns.Tiny with { Momentum = 0.9 }, "SGD without momentum" },
        { PtbRuns.Tiny with { ClipScope = ClipScope.Aggregated }, "--clip 0" },
        { PtbRuns.Tiny with { LocalSteps = 4 }, "--local_steps 1" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Where_it_cannot_act_it_is_refused(PtbOptions options, string cure)
    {
        var refusal = Assert.Throws<UserErrorException>(() => PtbTrainer.Check(options with { Update = UpdateRule.Sign }, PtbRuns.Compose(options), PtbRuns.Text, 1));
        Assert.Equal(ExitCode.Usage, refusal.Code);
        Assert.StartsWith("--update sign: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(cure, refusal.Message, StringComparison.Ordinal);
        PtbTrainer.Check(options with { Update = UpdateRule.Mean }, PtbRuns.Compose(options), PtbRuns.Text, 1);
    }

    private void AssertSigns(double rate, double decay, long parameters)
    {
        using SafetensorsFile before = Open(1), after = Open(2);
        long seen = 0, moved = 0;
        foreach (var tensor in before.Tensors)
        {
            float[] old = new float[tensor.Shape.Aggregate(1L, (product, length) => product * length)], next = new float[old.Length];
            before.Read(tensor.Name, old.AsSpan());
            after.Read(tensor.Name, next.AsSpan());
            for (int i = 0; i < old.Length; i++)
            {
                double steps = (next[i] - (old[i] * (1 - (rate * decay)))) / rate;
                Assert.Equal(Math.Round(steps), steps, 1e-4);
                Assert.InRange(Math.Abs(Math.Round(steps)), 0, 1);
                moved += Math.Round(steps) != 0 ? 1 : 0;
                seen++;
            }
        }

        Assert.Equal(parameters, seen);
        Assert.InRange(moved, seen / 50, seen);
    }

    private SafetensorsFile Open(long step) => SafetensorsFile.Open(Path.Combine(_folder.Path, "checkpoints", CheckpointNames.Step(step), CheckpointNames.Model));
}
