using System.Runtime.InteropServices;
using Compression.Benchmarks.Peers;
using Compression.Core.Kernels;
using Compression.Torch.Fused;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Tests.Peers;

/// <summary>
/// The peer of LM-1B against our LSTM and our sampled softmax, with dense tables whose update is written out: losses of whole steps and
/// the weights behind them are the same, without dropout.
/// </summary>
[Seeded]
public sealed class Lm1bPeerTests
{
    private const int Steps = 3;
    private const double Tolerance = 2e-5;

    private static readonly Lm1bHyperparameters s_hyper = new()
    {
        VocabSize = 40, BatchSize = 3, NumSteps = 4, EmbSize = 5, StateSize = 6, ProjectedSize = 4, NumSampled = 12, KeepProb = 1, AverageParams = false, MaxGradNorm = 0.5,
    };

    [Fact]
    public void The_LSTM_with_sampled_softmax_of_libtorchs_layers_makes_our_steps()
    {
        using var scope = NewDisposeScope();
        using var dense = new DenseWeights(s_hyper, seed: 1, ThreadTeam.Single);
        using var peer = new Lm1bPeer(s_hyper);
        string[] tables = ["words_in.weight", "words_out.weight", "biases_out.weight"];
        Weights.Give(dense.Storage, peer, static name => name, tables);
        var words = Copy(peer, tables[0]);
        var softmax = cat([Copy(peer, tables[1]), Copy(peer, tables[2])], 1).detach().requires_grad_();
        var sums = new[] { ones_like(words, requires_grad: false), ones_like(softmax, requires_grad: false) };
        using var state = new RecurrentState(1, s_hyper.BatchSize, CPU, ("hidden", s_hyper.ProjectedSize), ("cell", s_hyper.StateSize));
        using var batch = new SampledBatch(s_hyper);
        for (int step = 0; step < Steps; step++)
        {
            batch.Fill(Text(step), key: (ulong)step);
            double expected = peer.Step(batch);

            dense.Storage.ZeroGradients();
            var hidden = dense.Lstm.Hidden(FusedEmbedding.Rows(words, batch.Input), state);
            var loss = Loss(hidden, softmax, batch);
            (loss * s_hyper.NumSteps).backward();
            Assert.Equal(expected, loss.item<float>(), Tolerance);
            Assert.True(dense.Storage.ClipNorm(s_hyper.MaxGradNorm).Factor < 1, "the gradients were not clipped");
            dense.Step(s_hyper.LearningRate);
            Adagrad(words, sums[0], s_hyper.BatchSize);
            Adagrad(softmax, sums[1], 1);
        }

        Weights.AssertClose(dense.Storage, peer, static name => name, Tolerance);
        AssertSame(words, Copy(peer, tables[0]));
        AssertSame(softmax, cat([Copy(peer, tables[1]), Copy(peer, tables[2])], 1));
    }

    private static SentenceBatch Text(int seed)
    {
        var random = new Random(seed);
        var text = new SentenceBatch(s_hyper.NumSteps, s_hyper.BatchSize);
        for (int i = 0; i < text.Input.Length; i++)
        {
            text.Input[i] = random.Next(s_hyper.VocabSize);
            text.Target[i] = random.Next(s_hyper.VocabSize);
            text.Weight[i] = i % 5 == 4 ? 0 : 1;
        }

        return text;
    }

    // The rows of the candidates, then those of targets that were not drawn.
    private static Tensor Loss(Tensor hidden, Tensor softmax, SampledBatch batch)
    {
        long[] rows = [.. MemoryMarshal.Cast<byte, long>(batch.Candidates.bytes), .. MemoryMarshal.Cast<byte, long>(batch.Target.bytes)];
        long[] truth = [.. rows.Skip(s_hyper.NumSampled).Select(word => (long)Array.IndexOf(rows, word))];
        return FusedSampledSoftmax.Mean(
            hidden, softmax.index_select(0, tensor(rows)), tensor(truth), batch.LogExpected.narrow(0, 0, s_hyper.NumSampled),
            batch.LogExpected.narrow(0, s_hyper.NumSampled, truth.Length), batch.Weight);
    }

    private static void Adagrad(Tensor table, Tensor sums, double scale)
    {
        using var noGradient = no_grad();
        var gradient = table.grad! * scale;
        sums.add_(gradient * gradient);
        table.sub_(gradient / sums.sqrt() * s_hyper.LearningRate);
        table.grad!.zero_();
    }

    private static Tensor Copy(nn.Module peer, string name) =>
        peer.named_parameters().Single(named => named.name == name).parameter.detach().clone().requires_grad_();

    private static void AssertSame(Tensor ours, Tensor peers) => Weights.AssertClose(
        MemoryMarshal.Cast<byte, float>(peers.detach().bytes), MemoryMarshal.Cast<byte, float>(ours.detach().bytes), Tolerance, "table");
}
