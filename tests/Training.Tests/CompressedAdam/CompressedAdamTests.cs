using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Exchanges;
using Compression.Memory;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;

namespace Compression.Training.Tests.CompressedAdam;

/// <summary>Adam whose workers exchange its first moment while the second is held: 1-bit Adam, 0/1 Adam.</summary>
[Seeded]
public sealed class CompressedAdamTests
{
    private const string ZeroOne = "zerooneadam(var_freeze_step=6,var_update_scaler=2,local_step_scaler=3,local_step_clipper=4)";

    private static readonly PtbOptions s_tiny = PtbRuns.Tiny with { Optim = "adam", InitLr = 0.01, Clip = 0.5, VirtualWorkers = 2 };

    [Theory]
    [InlineData("adam", 0.0)]
    [InlineData("adamw", 0.1)]
    public void Before_its_freeze_one_bit_adam_is_adam(string optimizer, double decay)
    {
        var options = s_tiny with { Optim = optimizer, WeightDecay = decay, MaxSteps = 8 };
        string Hash(PtbOptions of) => PtbRuns.Train(of, PtbRuns.Text).Summary!.FinalParametersSha256;
        Assert.Equal(Hash(options), Hash(options with { Exchange = "onebitadam(freeze_step=8)" }));
        Assert.NotEqual(Hash(options), Hash(options with { Exchange = "onebitadam(freeze_step=7)" }));
    }

    [Theory]
    [InlineData("adam", 0.0, "ggggmmmmmmmm")]
    [InlineData("adam", 0.1, "ggggmmmmmmmm")]
    [InlineData("adamw", 0.1, "ggmmgmmgmmmm")]
    [InlineData("adam", 0.0, "ggmgmmamaamaaam")]
    [InlineData("adamw", 0.1, "ggmgmmamaamaaam")]
    [InlineData("adamw", 0.1, "gggaaaa")]
    public void Weights_are_those_of_the_published_algorithm(string optimizer, double decay, string stages)
    {
        // An ε that keeps steps short where v was held at next to nothing: else roundings grow from step to step.
        const int Workers = 2;
        var options = s_tiny with { Optim = optimizer, WeightDecay = decay, AdamEps = 1e-3, MaxSteps = stages.Length, CheckpointEvery = stages.Length, Exchange = $"exactmoments(stages={stages})" };
        using var folder = new TemporaryFolder();
        using var local = new LocalCommunicator();
        var catalog = AlgorithmCatalog.FromAssemblies(typeof(NoMemory).Assembly, typeof(WorldCheck).Assembly, typeof(ExactMoments).Assembly, typeof(Compressors.Quantizers.SignQuantizer).Assembly);
        var plan = new CompressionComposer(catalog).Compose(new CompressionRequest("none", "auto", options.Exchange, 0, new Dictionary<string, string>()));
        PtbTrainer.Train(options, PtbRuns.Text, new TrainingContext(local, new RecordingLogger(), plan, folder.Path, TimeProvider.System, CancellationToken.None));

        // Lu et al. 2022, algorithm 1, in double precision, for gradients that learners of one worker each compute at its weights. m and v are corrected for
        // their start as Adam's are: m by the steps that it has taken, v by its refreshes.
        WorkerAlone[] alone = [.. Enumerable.Range(0, Workers).Select(worker => new WorkerAlone(s_tiny, worker, Workers))];
        double[] start = Array.ConvertAll(alone[0].Weights, value => (double)value);
        int length = start.Length, refreshes = 0;
        const double Beta1 = 0.9, Beta2 = 0.999;
        double rate = options.InitLr, coupled = optimizer == "adam" ? decay : 0, kept = optimizer == "adamw" ? 1 - (rate * decay) : 1, shrink = 1;
        double[] second = new double[length], shared = [.. start];
        double[][] weights = [.. alone.Select(_ => (double[])[.. start])], first = [.. alone.Select(_ => new double[length])], sums = [.. alone.Select(_ => new double[length])];
        double rates = 0;
        for (int step = 0; step < stages.Length; step++)
        {
            double[][] gradients = new double[Workers][];
            for (int worker = 0; worker < Workers; worker++)
            {
                alone[worker].Weights = Array.ConvertAll(weights[worker], value => (float)value);
                gradients[worker] = [.. alone[worker].Gradient(step).Select((value, i) => value + (coupled * weights[worker][i]))];
            }

            bool gradient = stages[step] == 'g', meets = stages[step] != 'a' || step == stages.Length - 1;
            refreshes += gradient ? 1 : 0;
            double correction1 = 1 / (1 - Math.Pow(Beta1, step + 1)), correction2 = 1 / (1 - Math.Pow(Beta2, refreshes));
            rates += rate * correction1;
            shrink *= kept;
            for (int i = 0; i < length; i++)
            {
                double mean = gradients.Average(of => of[i]);
                second[i] = gradient ? (Beta2 * second[i]) + ((1 - Beta2) * mean * mean) : second[i];
                double denominator = second[i] == 0 ? double.PositiveInfinity : Math.Sqrt(second[i] * correction2) + options.AdamEps;
                for (int worker = 0; worker < Workers; worker++)
                {
                    first[worker][i] = (Beta1 * first[worker][i]) + ((1 - Beta1) * (gradient ? mean : gradients[worker][i]));
                    sums[worker][i] += rate * correction1 * first[worker][i];
                    weights[worker][i] = (kept * weights[worker][i]) - (rate * correction1 * first[worker][i] / denominator);
                }

                if (meets)
                {
                    double sum = sums.Average(of => of[i]);
                    shared[i] = (shrink * shared[i]) - (sum / denominator);
                    for (int worker = 0; worker < Workers; worker++)
                    {
                        (weights[worker][i], first[worker][i], sums[worker][i]) = (shared[i], sum / rates, 0);
                    }
                }
            }

            (rates, shrink) = meets ? (0, 1) : (rates, shrink);
        }

        alone[0].Read(folder.Path, stages.Length);
        float[] actual = alone[0].Weights;
        Assert.All(alone, learner => learner.Dispose());
        double moved = Enumerable.Range(0, length).Average(i => Math.Abs(shared[i] - start[i]));
        double apart = Enumerable.Range(0, length).Average(i => Math.Abs(shared[i] - actual[i]));
        Assert.True(apart < 1e-4 * moved, $"{apart} apart after a way of {moved}");
        Assert.True(Enumerable.Range(0, length).All(i => Math.Abs(shared[i] - actual[i]) < 2e-4));
    }

    [Theory]
    [InlineData("onebitadam(freeze_step=4)")]
    [InlineData(ZeroOne)]
    public void Ranks_end_with_the_bits_of_virtual_workers(string exchange)
    {
        var options = s_tiny with { Exchange = exchange, MaxSteps = 21 };
        using var cluster = new InProcessCluster(3);
        var ranks = new RecordingLogger[3];
        cluster.Run(communicator => ranks[communicator.Rank] = PtbRuns.Train(options with { VirtualWorkers = 0 }, PtbRuns.Text, communicator: communicator));
        var together = PtbRuns.Train(options with { VirtualWorkers = 3 }, PtbRuns.Text);
        Assert.All(ranks, rank => Assert.Equal(together.Summary!.FinalParametersSha256, rank.Summary!.FinalParametersSha256));
        Assert.Equal(together.Summary!.Bytes.WireTotal, ranks[0].Summary!.Bytes.WireTotal);
    }

    [Theory]
    [InlineData("onebitadam(freeze_step=4)", 3)]
    [InlineData("onebitadam(freeze_step=4)", 8)]
    [InlineData(ZeroOne, 4)]
    [InlineData(ZeroOne, 9)]
    [InlineData(ZeroOne, 11)]
    [InlineData(ZeroOne, 14)]
    public void A_run_that_goes_on_in_any_stage_ends_with_the_bits_of_one_that_was_never_stopped(string exchange, int checkpoint)
    {
        var options = s_tiny with { Optim = "adamw", WeightDecay = 0.1, Exchange = exchange, CheckpointEvery = checkpoint, MaxSteps = (2 * checkpoint) - 1 };
        Resumption.AssertEndsAlike((resume, folder) => PtbRuns.Train(options with { Resume = resume }, PtbRuns.Text, folder), checkpoint);
    }

    [Fact]
    public void Transformer_xl_has_them_too()
    {
        var options = Tiny.Options with { Optim = "adam", VirtualWorkers = 2, Exchange = ZeroOne, CheckpointEvery = 11, MaxStep = 17 };
        Resumption.AssertEndsAlike((resume, folder) => Tiny.Train(options with { Resume = resume }, folder), checkpoint: 11);
    }

    [Fact]
    public void Evaluations_and_checkpoints_in_a_round_are_of_the_shared_weights()
    {
        var options = s_tiny with { Exchange = ZeroOne.Replace("local_step_scaler=3", "local_step_scaler=2", StringComparison.Ordinal), MaxSteps = 0, Epochs = 1, CheckpointEvery = 13 };
        using var folder = new TemporaryFolder();
        PtbRuns.Train(options with { MaxSteps = 18 }, PtbRuns.Text, folder.Path);
        using var shorter = new TemporaryFolder();
        PtbRuns.Train(options with { MaxSteps = 18, CheckpointEvery = 10 }, PtbRuns.Text, shorter.Path);

        // Steps 7 and 8 meet, then 10, then 14: what lies in a checkpoint after 13 is what lay in the one after 10.
        using var reader = new WorkerAlone(s_tiny, worker: 0, workers: 1);
        reader.Read(shorter.Path, 10);
        float[] atTheLastExchange = reader.Weights;
        reader.Read(folder.Path, 13);
        Assert.Equal(atTheLastExchange, reader.Weights);
    }

    [Fact]
    public void Signs_are_sent_in_place_of_floats_after_the_freeze_and_none_in_steps_alone()
    {
        long Wire(string exchange, int steps) => PtbRuns.Train(s_tiny with { Exchange = exchange, MaxSteps = steps }, PtbRuns.Text).Summary!.Bytes.WireTotal;
        long dense = Wire("allreduce", 4);
        Assert.Equal(dense, Wire("onebitadam(freeze_step=4)", 4));
        long signs = Wire("onebitadam(freeze_step=4)", 8) - dense;
        Assert.True(signs > dense / 32 && signs < dense / 4, $"{signs} of {dense}");

        // Refreshes 1, 2, 4, 6; signs in 3, 5, 7, 8, 9, 11, 13, ...
        Assert.Equal(dense + (7 * signs / 4), Wire(ZeroOne, 13));
    }

    [Fact]
    public void A_run_that_ends_before_the_freeze_says_so()
    {
        var log = PtbRuns.Train(s_tiny with { Exchange = "onebitadam", MaxSteps = 3 }, PtbRuns.Text);
        Assert.Contains(log.Warnings, line => line.Contains("ends after step 3, before moments", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("local")]
    [InlineData("overlap")]
    [InlineData("clip")]
    [InlineData("skip")]
    public void What_does_not_go_with_moments_is_refused(string what)
    {
        var options = s_tiny with { VirtualWorkers = 0, Exchange = ZeroOne, Clip = 0 };
        options = what switch
        {
            "sgd" => options with { Optim = "sgd" },
            "local" => options with { LocalSteps = 4 },
            "overlap" => options with { Overlap = true },
            "clip" => options with { Clip = 1, ClipScope = Training.Optimizers.ClipScope.Aggregated },
            _ => options with { OnNonfinite = NonFiniteAction.Skip },
        };
        UserErrors.Expect(ExitCode.Usage, () => PtbTrainer.Check(options, PtbRuns.Compose(options), PtbRuns.Text, 1), "--exchange zerooneadam");
    }
}
