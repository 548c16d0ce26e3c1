using Compression.Benchmarks.Peers;
using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl;
using TorchSharp;

namespace Compression.Benchmarks.Tests.Peers;

/// <summary>
/// Peers do the work that ours does: from the same weights, on the same batches, without dropout, the losses of whole steps and the weights
/// behind them are the same. So libtorch's own layers are a reference for our models, and the comparison of speeds is fair.
/// </summary>
[Seeded]
public sealed class PeerTests
{
    private const int Steps = 3;
    private const double LossTolerance = 2e-5;

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void The_PTB_model_of_libtorchs_layers_makes_our_steps(string model)
    {
        const int Vocabulary = 50;
        var options = new PtbOptions { Model = model, EmbSize = 8, NumHid = 8, NumLayers = 2, BatchSize = 3, Bptt = 6, Dropout = 0, InitRange = 0.5 };
        var corpus = RandomCorpus.Create(Vocabulary, options.BatchSize * ((Steps * options.Bptt) + 1));
        using var ours = new PtbLearner(options, corpus, firstWorker: 0, workersHere: 1, workers: 1, microBatches: 0, ThreadTeam.Single);
        using var peer = new LanguageModelPeer(options.ModelFor(Vocabulary), options.BatchSize, learningRate: 2);
        Weights.Give(ours.Storage, peer, static name => name);

        using var batches = new TokenBatch(ColumnBatches.ForTraining(corpus.Train, 0, 1, options.BatchSize, options.Bptt), torch.CPU);
        for (int step = 0; step < Steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            var (input, target) = batches.Fill(step);
            double expected = peer.Step(input, target);
            var (loss, norm) = ours.ForwardBackward(0, step, randomKey: 1);
            ours.Apply(learningRate: 2);
            Assert.Equal(expected, loss, LossTolerance);
            Assert.True(norm > 0.25, "the gradients were not clipped");
        }

        Weights.AssertClose(ours.Storage, peer, static name => name, 2e-5);
    }

    [Fact]
    public void The_TransformerXl_of_libtorchs_layers_makes_our_steps()
    {
        const int Vocabulary = 29;
        var options = new TransformerXlOptions
        {
            NLayer = 2, NHead = 2, DHead = 4, DModel = 8, DInner = 12, Dropout = 0, Dropatt = 0, Adaptive = true, Cutoffs = "8,16", TgtLen = 5, MemLen = 5,
            EvalTgtLen = 5, BatchSize = 3, Lr = 0.01, InitStd = 0.2, MaxStep = Steps,
        };
        var corpus = RandomCorpus.CreateRanked(Vocabulary, options.BatchSize * ((Steps * options.TgtLen) + 1));
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, virtualWorkers: 0);
        using var ours = new TransformerXlLearner(options, corpus, group, microBatches: 0, ThreadTeam.Single, new TransformerXlSchedule(options));
        using var peer = new TransformerXlPeer(ours.Shape, options.BatchSize, options.MemLen, options.Lr);
        Weights.Give(ours.Storage, peer, NameInPeer);

        var segments = OrderedSegments.ForTraining(corpus.Train, 0, 1, options.BatchSize, options.TgtLen);
        for (int step = 0; step < Steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            var (input, target) = segments.Read(step);
            double expected = peer.Step(torch.tensor(input, [options.TgtLen, options.BatchSize]), torch.tensor(target));
            var (loss, norm) = ours.ForwardBackward(0, step, randomKey: 1);
            ours.Apply(options.Lr);
            Assert.Equal(expected, loss, LossTolerance);
            Assert.True(norm > 0.25, "the gradients were not clipped");
        }

        Weights.AssertClose(ours.Storage, peer, NameInPeer, 1e-4);
    }

    private static string NameInPeer(string name) => name
        .Replace("word_emb.emb_layers.0", "word_emb", StringComparison.Ordinal)
        .Replace("crit.out_layers.0.bias", "out_bias", StringComparison.Ordinal)
        .Replace("crit.", "", StringComparison.Ordinal)
        .Replace("dec_attn.layer_norm", "attn_norm", StringComparison.Ordinal)
        .Replace("dec_attn.", "", StringComparison.Ordinal)
        .Replace("pos_ff.layer_norm", "ff_norm", StringComparison.Ordinal)
        .Replace("pos_ff.CoreNet.0", "expand", StringComparison.Ordinal)
        .Replace("pos_ff.CoreNet.3", "contract", StringComparison.Ordinal);
}
