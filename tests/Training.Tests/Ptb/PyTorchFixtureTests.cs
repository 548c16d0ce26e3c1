using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

/// <summary>
/// The whole trainer against PyTorch 1.13.1, step by step from the same weights on PTB: dense with one worker, and top-k 1 % with
/// residual on two. Tolerances allow for another BLAS: 1e-4 over the first ten steps, 2e-3 after that.
/// </summary>
/// <remarks>
/// At rate 20 the dense run is chaotic: PyTorch itself, with one thread and with two, differs from itself by 3e-3 from step 27 on and
/// by 0.27 at step 39. It is compared for as long as PyTorch agrees with itself; docs/results/trainer.md has the figures.
/// </remarks>
[Seeded]
public sealed class PyTorchFixtureTests
{
    [NeedsDataTheory("ptb", "../fixtures/ptb")]
    [InlineData("none-1worker", 0, "none", 20, 25)]
    [InlineData("topk-2workers", 2, "topk(ratio=0.01)", 10, 40)]
    public void Losses_norms_and_final_weights_are_PyTorchs(string name, int virtualWorkers, string compressor, int batchSize, int comparedSteps)
    {
        string data = Environment.GetEnvironmentVariable("COMPRESSION_DATA")!;
        using var fixture = SafetensorsFile.Open(Path.Combine(data, "..", "fixtures", "ptb", $"{name}.safetensors"));
        using var folder = new TemporaryFolder();
        string weights = Path.Combine(folder.Path, "init.safetensors");
        CopyWithoutPrefix(fixture, weights);
        string final = Path.Combine(folder.Path, "final.safetensors");
        var options = new PtbOptions
        {
            EmbSize = 24, NumHid = 24, Dropout = 0, BatchSize = batchSize, Bptt = 35, InitLr = 20, Clip = 0.25, EvalBatchSize = 10,
            MaxSteps = comparedSteps, LogInterval = 1, Compressor = compressor, VirtualWorkers = virtualWorkers, InitWeights = weights,
            SaveWeights = final, Threads = 2,
        };

        var run = PtbRuns.Train(options, PtbCorpus.Load(Path.Combine(data, "ptb")), folder.Path);

        int workers = Math.Max(1, virtualWorkers);
        float[] losses = Read(fixture, "loss", 40 * workers), norms = Read(fixture, "grad_norm_before_clip", 40 * workers);
        for (int step = 0; step < comparedSteps; step++)
        {
            double tolerance = step < 10 ? 1e-4 : 2e-3;
            Assert.Equal(losses.AsSpan(step * workers, workers).ToArray().Average(), run.Metrics[step].TrainLoss, tolerance);
            Assert.Equal(norms[step * workers], run.Metrics[step].GradNorm, 0.01 * norms[step * workers]);
        }

        if (comparedSteps < 40)
        {
            return;
        }

        double[] valid = new double[1];
        fixture.Read("valid_loss_nats", valid);
        Assert.Equal(valid[0], run.Evaluations.Single(evaluation => evaluation.Split == "valid").Loss, 2e-3);

        // A choice among almost equal magnitudes may fall the other way in a late step: tensors are compared as a whole.
        using var ours = SafetensorsFile.Open(final);
        foreach (string tensor in (string[])["rnn.weight_ih_l0", "rnn.weight_hh_l1", "rnn.bias_ih_l0", "rnn.bias_hh_l1", "decoder.bias"])
        {
            int length = (int)ours.Find(tensor)!.Length;
            float[] start = Read(fixture, $"init.{tensor}", length), expected = Read(fixture, $"final.{tensor}", length), actual = Read(ours, tensor, length);
            double way = Pairs.Distance(start, expected), miss = Pairs.Distance(expected, actual);
            Assert.True(miss <= 0.15 * way, $"{tensor}: {miss / way:P1} of the way from the initial weights");
        }
    }

    private static float[] Read(SafetensorsFile file, string name, int length)
    {
        float[] values = new float[length];
        file.Read(name, values);
        return values;
    }

    private static void CopyWithoutPrefix(SafetensorsFile fixture, string path)
    {
        TensorEntry[] entries = [.. fixture.Tensors.Where(entry => entry.Name.StartsWith("init.", StringComparison.Ordinal))];
        using var writer = new SafetensorsWriter(path, [.. entries.Select(entry => entry with { Name = entry.Name[5..] })]);
        foreach (var entry in entries)
        {
            writer.Write(entry.Name[5..], Read(fixture, entry.Name, (int)entry.Length));
        }

        writer.Complete();
    }
}
