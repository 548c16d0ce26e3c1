using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Torch.Kernels;
using Compression.Training.Data;
using Compression.Training.Ptb;

namespace Compression.Benchmarks;

/// <summary>The gradient of an LSTM that has begun to learn: rows of words that did not occur are zero, tails are heavy.</summary>
internal static class PtbGradient
{
    private const int Steps = 20;

    /// <summary>Trains a 500/500 LSTM for 20 steps at rate 20 and returns the next gradient.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="team">Threads.</param>
    public static GradientBucket Compute(Corpus corpus, ThreadTeam team)
    {
        var options = new PtbOptions { EmbSize = 500, NumHid = 500, InitLr = 20, Clip = 0.25 };
        using var threads = KernelThreads.Use(team);
        using var model = new PtbLearner(options, corpus, firstWorker: 0, workersHere: 1, workers: 1, microBatches: 0, team);
        for (int step = 0; step < Steps; step++)
        {
            model.ForwardBackward(0, step, (ulong)step);
            model.Apply(options.InitLr);
        }

        model.ForwardBackward(0, Steps, Steps);
        return new GradientBucket(model.Storage.Bucket.Layout, model.Storage.Bucket.All.ToArray());
    }
}
