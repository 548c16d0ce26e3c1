using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class TrainerTests
{
    [Theory]
    [InlineData("adam", "none", 0, 0)]
    [InlineData("adamw", "chunktopk(ratio=0.05)+levels2", 2, 0)]
    [InlineData("lamb", "topk(ratio=0.05)", 2, 0)]
    [InlineData("sgd", "sign", 0, 1)]
    [InlineData("adagrad", "none", 0, 2)]
    public void A_resumed_run_ends_with_the_bits_of_one_that_was_never_stopped(string optimizer, string compressor, int virtualWorkers, int attention)
    {
        using var folder = new TemporaryFolder();
        var options = Tiny.Options with
        {
            Optim = optimizer, Mom = 0.5, Compressor = compressor, VirtualWorkers = virtualWorkers, AttnType = attention, MemLen = attention == 2 ? 0 : 4,
            Adaptive = true, Cutoffs = "8", CheckpointEvery = 17, Varlen = virtualWorkers > 0, BatchChunk = attention == 1 ? 2 : 1, Scheduler = "dev_perf",
        };
        var whole = Tiny.Train(options, Path.Combine(folder.Path, "whole"));
        string checkpoint = Path.Combine(folder.Path, "whole", "checkpoints", "step-000017");
        Assert.True(File.Exists(Path.Combine(folder.Path, "whole", "best.safetensors")));
        var resumed = Tiny.Train(options with { Resume = checkpoint }, Path.Combine(folder.Path, "resumed"));
        Assert.Equal(whole.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
        Assert.Equal(whole.Evaluations[^1].Loss, resumed.Evaluations[^1].Loss);
        Assert.Equal(whole.Metrics[^1].LearningRate, resumed.Metrics[^1].LearningRate);
    }

    [Fact]
    public void A_checkpoint_after_each_epoch()
    {
        using var folder = new TemporaryFolder();
        var run = Tiny.Train(Tiny.Options with { CheckpointEachEpoch = true, MaxStep = 65 }, folder.Path);
        int perEpoch = (int)(run.Summary!.Steps / run.Summary.Epochs);
        Assert.Contains(
            Directory.GetDirectories(Path.Combine(folder.Path, "checkpoints")), path => path.EndsWith($"step-{perEpoch * 2:D6}", StringComparison.Ordinal));
    }

    [Fact]
    public void Chunks_of_a_batch_add_up_to_the_whole()
    {
        var options = Tiny.Options with { Dropout = 0, Dropatt = 0, MaxStep = 8, Optim = "sgd", Lr = 0.5 };
        var whole = Tiny.Train(options);
        var chunked = Tiny.Train(options with { BatchChunk = 3 });
        for (int step = 0; step < 8; step++)
        {
            Assert.Equal(whole.Metrics[step].TrainLoss, chunked.Metrics[step].TrainLoss, 1e-5);
            Assert.Equal(whole.Metrics[step].GradNorm, chunked.Metrics[step].GradNorm, 1e-4 * whole.Metrics[step].GradNorm);
        }
    }

    [Fact]
    public void An_embedding_of_its_own_travels_as_the_rows_of_the_batch()
    {
        var options = Tiny.Options with { NotTied = true, VirtualWorkers = 2, MaxStep = 10, Exchange = "allgather", Memory = "none", DModel = 64, TgtLen = 3, BatchSize = 2 };
        var whole = Tiny.Train(options);
        var rows = Tiny.Train(options with { Slot = "word_emb.*=threshold(tau=0)" });
        Assert.Equal(whole.Summary!.FinalParametersSha256, rows.Summary!.FinalParametersSha256);

        // At most 6 of the words are looked up; their rows are sent, and the places of their entries.
        int words = Tiny.Text.Vocabulary.Count;
        double saved = (whole.Summary.Bytes.WireTotal - rows.Summary.Bytes.WireTotal) / 20.0;
        Assert.InRange(saved, 0.7 * 64 * 4 * (words - 6), 64 * 4 * words);
    }

    [Fact]
    public void Exchange_during_the_backward_pass_changes_no_bit()
    {
        var options = Tiny.Options with { Clip = 0, Adaptive = true, Cutoffs = "8", MaxStep = 12, BucketBytes = 600 };
        Assert.Equal(Tiny.Train(options).Summary!.FinalParametersSha256, Tiny.Train(options with { Overlap = true }).Summary!.FinalParametersSha256);
    }

    [Fact]
    public void The_loss_falls_with_compressed_gradients()
    {
        var run = Tiny.Train(Tiny.Options with { MaxStep = 400, Lr = 0.02, Dropout = 0, Dropatt = 0, Compressor = "topk(ratio=0.1)", VirtualWorkers = 2, MaxTokens = 16000 });
        Assert.Equal(400, run.Summary!.Steps, 5.0);
        Assert.True(run.Metrics.TakeLast(20).Average(row => row.TrainLoss) < run.Metrics[0].TrainLoss - 1, $"{run.Metrics[0].TrainLoss} to {run.Metrics[^1].TrainLoss}");
        Assert.True(run.Summary.Bytes.WireCompressionRatio > 5);
    }

    [Fact]
    public void Weights_go_through_a_file_under_the_published_names_and_misfits_are_named()
    {
        using var folder = new TemporaryFolder();
        string file = folder["weights.safetensors"];
        var options = Tiny.Options with { Adaptive = true, Cutoffs = "5,9", DivVal = 2 };
        string trained = Tiny.Train(options with { MaxStep = 1, SaveWeights = file }).Summary!.FinalParametersSha256;
        using (var saved = SafetensorsFile.Open(file))
        {
            Assert.NotNull(saved.Find("crit.out_layers.1.weight"));
            Assert.NotNull(saved.Find("crit.out_projs.2"));
            Assert.NotNull(saved.Find("pos_emb.inv_freq"));
        }

        var idle = Tiny.Train(options with { MaxStep = 1, Lr = 1e-30, InitWeights = file });
        Assert.Equal(trained, idle.Summary!.FinalParametersSha256);

        void Refuses(TransformerXlOptions other, params string[] parts) => UserErrors.Expect(
            ExitCode.Usage, () => TransformerXlTrainer.Check(other with { InitWeights = file }, Tiny.Compose(other), Tiny.Text, 1), parts);
        Refuses(options with { DHead = 6 }, "r_w_bias", "[2, 4]", "n_head 2", "d_head 6");
        Refuses(options with { NLayer = 3 }, "no tensor layers.2.dec_attn.qkv_net.weight");
        Refuses(options with { NLayer = 1 }, "holds layers.1.");
        Refuses(options with { InitWeights = "" } with { AttnType = 1 }, "r_emb");
    }

    [Fact]
    public void A_text_is_continued_alike_with_the_same_seed()
    {
        using var folder = new TemporaryFolder();
        string file = folder["weights.safetensors"];
        Tiny.Train(Tiny.Options with { MaxStep = 3, SaveWeights = file });
        var options = Tiny.Options with { Tokens = 20 };
        int[] Words(TransformerXlOptions how)
        {
            using var generator = new TextGenerator(how, Tiny.Text.Vocabulary, file, "--init_weights", ExitCode.Usage);
            return generator.Continue(Tiny.Text.Vocabulary.Encode(Tiny.Text.Vocabulary.Words[3]));
        }

        Assert.Equal(20, Words(options).Length);
        Assert.Equal(Words(options), Words(options));
        Assert.NotEqual(Words(options), Words(options with { Seed = 5 }));
        Assert.Equal(Words(options with { Temperature = 0 }), Words(options with { TopK = 1, Seed = 9 }));
    }
}
