using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Recurrent;

using static TorchSharp.torch;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class FullSoftmaxTests
{
    private const long Seed = 5;

    private static readonly Lm1bHyperparameters s_hyper = Lm1bRuns.Tiny.Hyper();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Among_any_number_of_owners_it_is_the_plain_softmax_over_all_words(int owners)
    {
        using var text = new EasyText(50);
        var (expected, count) = Plain(text);
        var results = new (double Nats, long Targets)[owners];
        using var cluster = new InProcessCluster(owners);
        cluster.Run(peers => results[peers.Rank] = With(owners, owner => owner == peers.Rank, (dense, tables) =>
        {
            using var softmax = new FullSoftmax(s_hyper, tables, dense, peers);
            using var batches = Batches(text);
            return softmax.Evaluate(batches, most: 6);
        }));
        Assert.All(results, result => Assert.Equal(count, result.Targets));
        Assert.All(results, result => Assert.Equal(expected, result.Nats, 1e-6 * expected));
    }

    [Fact]
    public void Where_all_hold_all_words_each_adds_up_a_share()
    {
        using var text = new EasyText(50);
        var (expected, count) = Plain(text);
        using var cluster = new InProcessCluster(3);
        cluster.Run(peers =>
        {
            var (nats, targets) = With(1, _ => true, (dense, tables) =>
            {
                using var softmax = new FullSoftmax(s_hyper, tables, dense, peers);
                using var batches = Batches(text);
                return softmax.Evaluate(batches, most: 6);
            });
            Assert.Equal(count, targets);
            Assert.Equal(expected, nats, 1e-6 * expected);
        });
    }

    private static SentenceBatches Batches(EasyText text) =>
        SentenceBatches.Once(text.Corpus.Vocabulary, text.Corpus.Heldout.Files, s_hyper.BatchSize, s_hyper.NumSteps);

    private static T With<T>(int owners, Predicate<int> holds, Func<DenseWeights, WordTables, T> work)
    {
        using var dense = new DenseWeights(s_hyper, Seed, ThreadTeam.Single);
        using var tables = new WordTables(s_hyper, owners, holds, ThreadTeam.Single);
        tables.Initialize(Seed);
        return work(dense, tables);
    }

    private static (double Nats, long Targets) Plain(EasyText text) => With(1, _ => true, (dense, tables) =>
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var state = new RecurrentState(1, s_hyper.BatchSize, CPU, ("hidden", s_hyper.ProjectedSize), ("cell", s_hyper.StateSize));
        using var batches = Batches(text);
        var batch = new SentenceBatch(s_hyper.NumSteps, s_hyper.BatchSize);
        var (nats, targets) = (0.0, 0L);
        dense.Lstm.eval();
        for (int step = 0; step < 6 && batches.Next(batch); step++)
        {
            float[] vectors = [.. batch.Input.SelectMany(word => tables.Embedding.Row(word).ToArray())];
            float[] hidden = [.. dense.Lstm.Hidden(tensor(vectors, [s_hyper.NumSteps, s_hyper.BatchSize, s_hyper.EmbSize]), state).Floats()];
            for (int i = 0; i < batch.Target.Length; i++)
            {
                if (batch.Weight[i] == 0)
                {
                    continue;
                }

                double[] logits = [.. Enumerable.Range(0, s_hyper.VocabSize).Select(word => Logit(tables.Softmax.Row(word), hidden.AsSpan(i * s_hyper.ProjectedSize, s_hyper.ProjectedSize)))];
                nats += Math.Log(logits.Sum(Math.Exp)) - logits[batch.Target[i]];
                targets++;
            }
        }

        return (nats, targets);
    });

    private static double Logit(ReadOnlySpan<float> row, ReadOnlySpan<float> hidden)
    {
        double sum = row[^1];
        for (int i = 0; i < hidden.Length; i++)
        {
            sum += (double)row[i] * hidden[i];
        }

        return sum;
    }
}
