using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.Tests.ModelParallel;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;

namespace Compression.Training.Tests.LocalSgd;

/// <summary>Workers that take steps of their own and meet every H of them.</summary>
[Seeded]
public sealed class LocalStepsTests
{
    private static readonly PtbOptions s_tiny = PtbRuns.Tiny with { InitLr = 1, Momentum = 0.5, Clip = 0.5 };

    [Theory]
    [InlineData("sgd", 1, 0)]
    [InlineData("sgd", 0.7, 0.9)]
    [InlineData("nesterov", 0.7, 0.9)]
    public void Weights_are_those_of_workers_that_train_alone_and_of_the_published_outer_step(string outer, double rate, double momentum)
    {
        const int Workers = 2, Local = 3, Meetings = 3;
        var options = s_tiny with { VirtualWorkers = Workers, LocalSteps = Local, OuterOptimizer = outer, OuterLr = rate, OuterMomentum = momentum, MaxSteps = Local * Meetings };
        using var folder = new TemporaryFolder();
        PtbRuns.Train(options with { CheckpointEvery = Local * Meetings }, PtbRuns.Text, folder.Path);

        // Learners of one worker each, which know of no other; DiLoCo's algorithm 1 in double precision.
        WorkerAlone[] alone = [.. Enumerable.Range(0, Workers).Select(worker => new WorkerAlone(s_tiny, worker, Workers))];
        double[] shared = Array.ConvertAll(alone[0].Weights, value => (double)value), velocity = new double[shared.Length];
        for (int step = 0; step < Local * Meetings; step++)
        {
            for (int worker = 0; worker < Workers; worker++)
            {
                alone[worker].Step(step);
            }

            if ((step + 1) % Local == 0)
            {
                float[][] ends = [.. alone.Select(learner => learner.Weights)];
                for (int i = 0; i < shared.Length; i++)
                {
                    double difference = shared[i] - ends.Average(end => (double)end[i]);
                    velocity[i] = (momentum * velocity[i]) + difference;
                    shared[i] -= rate * (momentum == 0 ? difference : outer == "nesterov" ? difference + (momentum * velocity[i]) : velocity[i]);
                }

                foreach (var learner in alone)
                {
                    learner.Weights = Array.ConvertAll(shared, value => (float)value);
                }
            }
        }

        alone[0].Read(folder.Path, Local * Meetings);
        float[] actual = alone[0].Weights;
        Assert.All(alone, learner => learner.Dispose());
        for (int i = 0; i < shared.Length; i++)
        {
            Assert.Equal(shared[i], actual[i], 2e-5);
        }
    }

    [Fact]
    public void One_local_step_and_the_mean_of_the_weights_is_plain_training()
    {
        var plain = PtbRuns.Train(PtbRuns.Tiny with { VirtualWorkers = 2, MaxSteps = 6 }, PtbRuns.Text);
        var local = PtbRuns.Train(PtbRuns.Tiny with { VirtualWorkers = 2, MaxSteps = 6, LocalSteps = 1, OuterOptimizer = "sgd", OuterLr = 1, OuterMomentum = 0 }, PtbRuns.Text);
        Assert.Equal(plain.Summary!.FinalParametersSha256, local.Summary!.FinalParametersSha256);
    }

    [Fact]
    public void Workers_with_equal_data_end_where_one_does()
    {
        int[] once = PtbRuns.Text.Train[..2000];
        var twice = PtbRuns.Text with { Train = (int[])[.. once, .. once] };
        var options = s_tiny with { Dropout = 0, LocalSteps = 4, OuterOptimizer = "nesterov", OuterLr = 0.7, OuterMomentum = 0.9, MaxSteps = 16 };
        string Hash(PtbOptions of, Corpus corpus) => PtbRuns.Train(of, corpus).Summary!.FinalParametersSha256;
        Assert.Equal(Hash(options, PtbRuns.Text with { Train = once }), Hash(options with { VirtualWorkers = 2 }, twice));
    }

    [Theory]
    [InlineData("none", "auto")]
    [InlineData("topk(ratio=0.05)", "residual")]
    [InlineData("sign", "residual")]
    public void Ranks_end_with_the_bits_of_virtual_workers(string compressor, string memory)
    {
        var options = s_tiny with
        {
            Compressor = compressor, Memory = memory, Exchange = "allgather", LocalSteps = 3, OuterOptimizer = "nesterov", OuterLr = 0.7, OuterMomentum = 0.9, MaxSteps = 11,
        };
        using var cluster = new InProcessCluster(3);
        var ranks = new RecordingLogger[3];
        cluster.Run(communicator => ranks[communicator.Rank] = PtbRuns.Train(options, PtbRuns.Text, communicator: communicator));
        var together = PtbRuns.Train(options with { VirtualWorkers = 3 }, PtbRuns.Text);
        Assert.All(ranks, rank => Assert.Equal(together.Summary!.FinalParametersSha256, rank.Summary!.FinalParametersSha256));
        Assert.Equal(together.Summary!.Bytes.WireTotal, ranks[0].Summary!.Bytes.WireTotal);
    }

    [Theory]
    [InlineData("none", 0, 0.0)]
    [InlineData("topk(ratio=0.05)", 2, 0.9)]
    [InlineData("topk(ratio=0.05)+sign", 3, 0.9)]
    public void A_run_that_goes_on_between_two_exchanges_ends_with_the_bits_of_one_that_was_never_stopped(string compressor, int workers, double momentum)
    {
        var options = s_tiny with { Compressor = compressor, VirtualWorkers = workers, LocalSteps = 5, OuterMomentum = momentum, CheckpointEvery = 7, MaxSteps = 18 };
        Resumption.AssertEndsAlike(
            (resume, folder) => PtbRuns.Train(options with { Resume = resume }, PtbRuns.Text, folder), checkpoint: 7);
    }

    [Fact]
    public void Transformer_xl_goes_on_between_two_exchanges_with_each_workers_adam()
    {
        var options = Tiny.Options with { Optim = "adam", VirtualWorkers = 2, LocalSteps = 4, OuterLr = 0.7, OuterOptimizer = "nesterov", OuterMomentum = 0.9, CheckpointEvery = 6, MaxStep = 13 };
        Resumption.AssertEndsAlike((resume, folder) => Tiny.Train(options with { Resume = resume }, folder), checkpoint: 6);
    }

    [Fact]
    public void Replicas_of_a_model_that_is_spread_over_ranks_take_local_steps()
    {
        var options = ModelParallelRuns.Tiny with { Stages = 2, NumWorkers = 4, LocalSteps = 3, OuterMomentum = 0.9, MaxSteps = 9 };
        var spread = ModelParallelRuns.TrainRanks(options);
        var together = ModelParallelRuns.Train(options with { NumWorkers = 1, VirtualWorkers = 2 });
        Assert.Equal(together.Evaluations[^1].Loss, spread.Evaluations[^1].Loss, 1e-5);
    }

    [Fact]
    public void Evaluations_and_checkpoints_between_two_exchanges_are_of_the_shared_weights()
    {
        var options = s_tiny with { VirtualWorkers = 2, LocalSteps = 100, MaxSteps = 0, Epochs = 1, CheckpointEachEpoch = true };
        using var folder = new TemporaryFolder();
        var log = PtbRuns.Train(options with { Epochs = 2 }, PtbRuns.Text, folder.Path);
        var first = log.Evaluations[0];
        Assert.NotEqual(0, first.Step % options.LocalSteps);
        string checkpoint = Path.Combine(folder.Path, "checkpoints", $"step-{first.Step:D6}");
        using var learner = new PtbLearner(s_tiny, PtbRuns.Text, 0, 1, 1, microBatches: 0, ThreadTeam.Single);
        using var file = SafetensorsFile.Open(Path.Combine(checkpoint, CheckpointNames.Model));
        learner.Storage.Read(file, checkpoint, ExitCode.Checkpoint);
        var (nats, targets) = learner.Evaluate(PtbTrainer.SplitBatches(s_tiny, PtbRuns.Text, "valid", 0, 1));
        Assert.Equal(first.Loss, nats / targets, 1e-12);
    }

    [Fact]
    public void Bytes_are_those_of_the_exchanges()
    {
        var options = s_tiny with { VirtualWorkers = 2, Exchange = "allgather", MaxSteps = 12 };
        long Wire(PtbOptions of) => PtbRuns.Train(of, PtbRuns.Text).Summary!.Bytes.WireTotal;
        Assert.Equal(Wire(options), 4 * Wire(options with { LocalSteps = 4 }));
        Assert.Equal(Wire(options with { MaxSteps = 3 }), Wire(options with { LocalSteps = 5 }));
    }

    [Theory]
    [InlineData("overlap")]
    [InlineData("skip")]
    [InlineData("variance")]
    public void What_needs_the_gradient_of_each_step_is_refused(string what)
    {
        var options = s_tiny with { LocalSteps = 4, Clip = 0 };
        options = what switch
        {
            "overlap" => options with { Overlap = true },
            "skip" => options with { OnNonfinite = NonFiniteAction.Skip },
            _ => options with { Compressor = "variance(micro_batches=2)" },
        };
        UserErrors.Expect(ExitCode.Usage, () => PtbTrainer.Check(options, PtbRuns.Compose(options), PtbRuns.Text, 1), "--local_steps");
    }

    [Fact]
    public void A_worker_that_diverges_between_two_exchanges_ends_all()
    {
        var options = s_tiny with { InitLr = 1e38, Clip = 0, LocalSteps = 4, MaxSteps = 8 };
        using var cluster = new InProcessCluster(2);
        UserErrors.Expect(
            ExitCode.NonFinite, () => cluster.Run(communicator => PtbRuns.Train(options, PtbRuns.Text, communicator: communicator)), "not finite", "--init_lr");
    }
}
