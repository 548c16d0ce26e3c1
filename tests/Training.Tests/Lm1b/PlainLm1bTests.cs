using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;
using Compression.Training.Sessions;

using static Compression.Training.Tests.TensorValues;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Lm1b;

/// <summary>Steps of the LM-1B learner against the composition of TorchSharp's own operations, from the same weights with the same candidates.</summary>
[Seeded]
public sealed class PlainLm1bTests
{
    private const int Steps = 12;

    [Theory]
    [InlineData("HYBRID", 1, 10)]
    [InlineData("MPI", 1, 10)]
    [InlineData("HYBRID", 2, 0.2)]
    public void Losses_norms_weights_and_averages_are_those_of_plain_torch(string way, int layers, double largestNorm)
    {
        using var scope = NewDisposeScope();
        using var text = new EasyText(50);
        var options = Lm1bRuns.Tiny with
        {
            RunOption = way, Hpconfig = $"{Lm1bRuns.Tiny.Hpconfig},keep_prob=1,num_layers={layers},max_grad_norm={largestNorm}",
        };
        var hyper = options.Hyper();
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, virtualWorkers: 0);
        using var learner = new Lm1bLearner(options, text.Corpus, alone, group, Lm1bRuns.Compose("none"), ThreadTeam.Single);
        var (dense, embedding, softmax) = Parameters(learner, hyper);
        var plain = new PlainLm1bModel(hyper, dense, embedding, softmax);
        using var batches = text.Corpus.BatchesOf(0, 1, hyper, options.Seed);
        var batch = new SentenceBatch(hyper.NumSteps, hyper.BatchSize);
        int[] candidates = new int[hyper.NumSampled];
        int clipped = 0;
        for (int step = 0; step < Steps; step++)
        {
            ulong key = 77u + (ulong)step;
            var (loss, norm) = learner.ForwardBackward(0, step, key);
            learner.ExchangeBeside(0, new StepContext(step, 1, 0, hyper.LearningRate, 0, new StepMeter()), alone);
            learner.Apply(hyper.LearningRate);

            batches.Next(batch);
            long tries = new LogUniformSampler(hyper.VocabSize).Sample(candidates, RandomKey.Mix(key, 0, 0, -1, RandomPurpose.Candidates));
            Assert.Contains(batch.Target, candidates.Contains);
            var (expectedLoss, expectedNorm) = plain.Step(batch, candidates, tries);
            Assert.Equal(expectedLoss, loss, 1e-5);
            Assert.Equal(expectedNorm, norm, 1e-4 * expectedNorm);
            clipped += expectedNorm > largestNorm ? 1 : 0;
        }

        Assert.Equal(largestNorm < 1 ? Steps : 0, clipped);
        (dense, embedding, softmax) = Parameters(learner, hyper);
        AssertClose(plain.Weight("embedding"), embedding, 1e-5, "embedding");
        AssertClose(plain.Weight("softmax"), softmax, 1e-5, "softmax");
        var state = new StateInMemory();
        learner.Save(state);
        var averages = tensor(state["optimizer/averages"]);
        long at = 0;
        foreach (var (name, values) in dense)
        {
            AssertClose(plain.Weight(name), values, 1e-5, name);
            AssertClose(plain.Average(name), averages.narrow(0, at, values.numel()).view_as(values), 1e-5, $"average of {name}");
            at += values.numel();
        }
    }

    // Row r of a table is row r / shards of shard r mod shards.
    private static (List<(string Name, Tensor Values)> Dense, Tensor Embedding, Tensor Softmax) Parameters(Lm1bLearner learner, Lm1bHyperparameters hyper)
    {
        var dense = new List<(string, Tensor)>();
        Tensor embedding = zeros(hyper.VocabSize, hyper.EmbSize), softmax = zeros(hyper.VocabSize, hyper.ProjectedSize + 1);
        learner.Walk((slot, values) =>
        {
            var copy = tensor(values.ToArray(), [.. slot.Shape]);
            if (slot.Name.Split(".shard_") is not [var table, var shard])
            {
                dense.Add((slot.Name, copy));
                return;
            }

            for (long row = 0; row < copy.shape[0]; row++)
            {
                (table == "embedding" ? embedding : softmax).select(0, (row * hyper.NumShards) + int.Parse(shard, System.Globalization.CultureInfo.InvariantCulture)).copy_(copy.select(0, row));
            }
        });
        return (dense, embedding, softmax);
    }
}
