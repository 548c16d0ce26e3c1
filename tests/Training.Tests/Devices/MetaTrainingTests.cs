using System.Collections.Concurrent;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Kernels;
using Compression.Torch.Devices;
using Compression.Training.Checkpoints;
using Compression.Training.Lm1b;
using Compression.Training.ModelParallel;
using Compression.Training.Optimizers;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.Tests.Lm1b;
using Compression.Training.Tests.ModelParallel;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;
using Compression.Training.TransformerXl;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Devices;

/// <summary>
/// Every trainer on libtorch's meta device, which has shapes and no data: an operator that mixes it with the host fails, as it would on a GPU, and
/// what passes between the two is counted. Losses are 0 there; whole runs evaluate, write checkpoints and go on from them.
/// </summary>
[Seeded]
public sealed class MetaTrainingTests : IDisposable
{
    private static readonly Device s_meta = new(DeviceType.META);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lstm", false, 0.0, "sgd", UpdateRule.Mean)]
    [InlineData("lstm", true, 0.5, "sgd", UpdateRule.Mean)]
    [InlineData("gru", false, 0.5, "sgd", UpdateRule.Mean)]
    [InlineData("lstm", false, 0.0, "adamw", UpdateRule.Mean)]
    [InlineData("lstm", false, 0.0, "sgd", UpdateRule.Sign)]
    public void Ptb_trains_evaluates_and_resumes(string model, bool tied, double momentum, string optimizer, UpdateRule update)
    {
        var options = PtbRuns.Tiny with { Model = model, Tied = tied, EmbSize = 10, MaxSteps = 4, CheckpointEvery = 2, Momentum = momentum, Optim = optimizer, Update = update, WeightDecay = 0.1, Compressor = "topk" };
        TrainTwice((resume, context) => PtbTrainer.Train(options with { Resume = resume }, PtbRuns.Text, context), PtbRuns.Compose(options));
    }

    [Theory]
    [InlineData("onebitadam(freeze_step=1)")]
    [InlineData("zerooneadam(var_freeze_step=1,local_step_scaler=1)")]
    public void Adam_with_compressed_moments_trains_evaluates_and_resumes(string exchange)
    {
        var options = PtbRuns.Tiny with { Optim = "adamw", WeightDecay = 0.1, Exchange = exchange, MaxSteps = 4, CheckpointEvery = 2 };
        TrainTwice((resume, context) => PtbTrainer.Train(options with { Resume = resume }, PtbRuns.Text, context), PtbRuns.Compose(options));
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void An_overlapped_exchange_fetches_each_gradient_when_it_is_complete(string model)
    {
        var options = PtbRuns.Tiny with { Model = model, Overlap = true, BucketBytes = 64, Clip = 0, MaxSteps = 4, CheckpointEvery = 2, Compressor = "topk" };
        TrainTwice((resume, context) => PtbTrainer.Train(options with { Resume = resume }, PtbRuns.Text, context), PtbRuns.Compose(options));

        using var learner = new PtbLearner(options, PtbRuns.Text, 0, 1, 1, microBatches: 0, ThreadTeam.Single, s_meta);
        var order = new List<string>();
        learner.ReportReady(slot => order.Add(learner.Storage.Layout.Slots[slot].Name));
        var counts = CountsOfPass(learner);

        // As on the CPU: the last layer's first, each once. The mean is brought back by whoever exchanges.
        Assert.Equal((2, order.Count, 1), counts);
        Assert.Equal(learner.Storage.Layout.Slots.Select(slot => slot.Name).Order(), order.Order());
        Assert.Equal(["decoder.bias", "decoder.weight"], order.Take(2).Order());
        Assert.All(order.Skip(2).Take(4), name => Assert.EndsWith("_l1", name, StringComparison.Ordinal));
        Assert.Equal("encoder.weight", order[^1]);
    }

    [Theory]
    [InlineData("adam", 0, "", false)]
    [InlineData("adamw", 0, "", false)]
    [InlineData("lamb", 1, "", false)]
    [InlineData("adagrad", 2, "", false)]
    [InlineData("sgd", 3, "", false)]
    [InlineData("sgd", 0, "10,30", true)]
    public void Transformer_xl_trains_evaluates_and_resumes(string optimizer, int attention, string cutoffs, bool halfPrecision)
    {
        var options = Tiny.Options with
        {
            Optim = optimizer, AttnType = attention, MemLen = attention < 2 ? 4 : 0, Adaptive = cutoffs.Length > 0, Cutoffs = cutoffs, DivVal = cutoffs.Length > 0 ? 2 : 1,
            Fp16 = halfPrecision, MaxStep = 4, EvalInterval = 2, CheckpointEvery = 2, Clip = 0.25,
        };
        TrainTwice((resume, context) => TransformerXlTrainer.Train(options with { Resume = resume }, Tiny.Text, context), Tiny.Compose(options));
    }

    [Theory]
    [InlineData("wavefront", 0)]
    [InlineData("gpipe", 0.3)]
    public void Model_parallel_stages_take_turns_and_resume(string schedule, double dropout)
    {
        var options = ModelParallelRuns.Tiny with { Stages = 2, Schedule = schedule, Dropout = dropout, MaxSteps = 4, CheckpointEvery = 2 };
        TrainTwice((resume, context) => ModelParallelTrainer.Train(options with { Resume = resume }, ModelParallelRuns.Text, context), Lm1bRuns.Compose("none"));
    }

    [Fact]
    public void Model_parallel_stages_of_several_ranks_exchange_through_the_host()
    {
        var options = ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 4, MaxSteps = 3 };
        using var cluster = new InProcessCluster(options.NumWorkers);
        var moved = new ConcurrentDictionary<int, TransferCounts>();
        cluster.Run(communicator =>
        {
            var before = DeviceTransfer.Counts;
            ModelParallelTrainer.Train(options, ModelParallelRuns.Text, Context(Lm1bRuns.Compose("none"), communicator));
            moved[communicator.Rank] = DeviceTransfer.Counts.Since(before);
        });
        Assert.All(moved.Values, counts => Assert.True(counts.ToDevice > 0 && counts.ToHost > 0));
    }

    [Theory]
    [InlineData("HYBRID", true)]
    [InlineData("MPI", false)]
    public void Lm1b_trains_evaluates_and_resumes(string way, bool averages)
    {
        using var text = new EasyText(50);
        var options = Lm1bRuns.Tiny with
        {
            RunOption = way, Hpconfig = $"{Lm1bRuns.Tiny.Hpconfig},average_params={averages}", MaxSteps = 4, CheckpointEvery = 2, EvalSteps = 2,
        };
        TrainTwice(
            (resume, context) => Lm1bTrainer.Train(options with { Resume = resume }, text.Corpus, Lm1bRuns.Compose("none"), context, static _ => { }),
            Lm1bRuns.Compose("none"));
    }

    [Fact]
    public void A_step_of_ptb_copies_the_batch_the_gradient_and_its_mean() =>

        // Input and target; the gradient; its mean. Norm and loss are read.
        Assert.Equal((3, 1, 2), CountsOfSteps(1, Ptb(PtbRuns.Tiny)));

    [Theory]
    [InlineData("", 4)]
    [InlineData("zerooneadam(var_freeze_step=1,local_step_scaler=1,local_step_clipper=4)", 0)]
    public void Between_two_exchanges_steps_copy_their_batches_alone(string exchange, int localSteps)
    {
        var options = localSteps > 0 ? PtbRuns.Tiny with { LocalSteps = localSteps } : PtbRuns.Tiny with { Optim = "adam", Exchange = exchange };
        Assert.Equal((4 * 2) + 1, CountsOfSteps(4, Ptb(options), from: 12).ToDevice);
        Assert.Equal(1, CountsOfSteps(4, Ptb(options), from: 12).ToHost);
    }

    [Fact]
    public void A_step_of_transformer_xl_copies_the_batch_the_gradient_and_its_mean() => Assert.Equal(
        (3, 1, 2),
        CountsOfSteps(1, (steps, context) => TransformerXlTrainer.Train(Tiny.Options with { MaxStep = steps }, Tiny.Text, context), Tiny.Compose(Tiny.Options)));

    [Fact]
    public void A_step_of_lm1b_copies_the_batch_the_rows_and_their_gradients_too()
    {
        using var text = new EasyText(50);

        // Inputs, targets, two logarithms, weights, rows of two tables, the mean; gradients of the rows and the dense one.
        Assert.Equal((8, 3, 2), CountsOfSteps(
            1,
            (steps, context) => Lm1bTrainer.Train(Lm1bRuns.Tiny with { MaxSteps = steps, EvalSteps = 2, LogInterval = 100 }, text.Corpus, Lm1bRuns.Compose("none"), context, static _ => { }),
            Lm1bRuns.Compose("none")));
    }

    private static (Action<int, TrainingContext> Train, CompressionPlan Plan) Ptb(PtbOptions options) =>
        ((steps, context) => PtbTrainer.Train(options with { MaxSteps = steps }, PtbRuns.Text, context), PtbRuns.Compose(options));

    private (long ToDevice, long ToHost, long Reads) CountsOfSteps(int steps, (Action<int, TrainingContext> Train, CompressionPlan Plan) run, int from = 4) =>
        CountsOfSteps(steps, run.Train, run.Plan, from);

    // What a run of some steps more copies and reads more.
    private (long ToDevice, long ToHost, long Reads) CountsOfSteps(int steps, Action<int, TrainingContext> train, CompressionPlan plan, int from = 4)
    {
        using var alone = new LocalCommunicator();
        TransferCounts Of(int total)
        {
            var before = DeviceTransfer.Counts;
            train(total, Context(plan, alone));
            return DeviceTransfer.Counts.Since(before);
        }

        var more = Of(from + steps).Since(Of(from));
        return (more.ToDevice, more.ToHost, more.Reads);
    }

    private static (long ToDevice, long ToHost, long Reads) CountsOfPass(ITrainableModel learner)
    {
        learner.BeginEpoch(0);
        var before = DeviceTransfer.Counts;
        learner.ForwardBackward(worker: 0, position: 0, randomKey: 1);
        learner.Apply(0.1);
        var counts = DeviceTransfer.Counts.Since(before);
        return (counts.ToDevice, counts.ToHost, counts.Reads);
    }

    private void TrainTwice(Action<string, TrainingContext> train, CompressionPlan plan)
    {
        using var alone = new LocalCommunicator();
        var context = Context(plan, alone);
        train("", context);
        train(Path.Combine(_folder.Path, "checkpoints", CheckpointNames.Step(2)), context);
        var log = (RecordingLogger)context.Logger;
        Assert.Equal("completed", log.Summary!.Status);
        Assert.Equal([1, 2, 3, 4, 3, 4], log.Metrics.Select(row => row.Step));
    }

    private TrainingContext Context(CompressionPlan plan, ICommunicator communicator) =>
        new(communicator, new RecordingLogger(), plan, _folder.Path, TimeProvider.System, CancellationToken.None) { Device = s_meta };
}
