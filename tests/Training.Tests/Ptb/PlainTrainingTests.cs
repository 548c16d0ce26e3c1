using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Ptb;

namespace Compression.Training.Tests.Ptb;

/// <summary>
/// The whole trainer against plain TorchSharp, step by step from the same weights on the sample corpus. <see cref="PyTorchFixtureTests"/> is the same on PTB
/// against another version of PyTorch, where that text is at hand.
/// </summary>
[Seeded]
public sealed class PlainTrainingTests
{
    private const int Steps = 60;
    private const double Ratio = 1.0 / 64;

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, false, false)]
    [InlineData(1, false, true)]
    [InlineData(1, true, false)]
    [InlineData(2, true, false)]
    [InlineData(3, false, false)]
    public void Losses_norms_weights_and_perplexity_are_those_of_plain_torch(int workers, bool topK, bool tied) => Compare(
        Options with { EmbSize = tied ? Options.NumHid : Options.EmbSize, Tied = tied }, workers, topK ? Ratio : null);

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(2, true, false)]
    [InlineData(1, false, true)]
    public void The_gated_recurrent_units_too(int workers, bool topK, bool tied) => Compare(
        Options with { Model = "gru", EmbSize = tied ? Options.NumHid : Options.EmbSize, Tied = tied }, workers, topK ? Ratio : null);

    [Fact]
    public void Momentum_and_weight_decay_too() => Compare(Options with { Momentum = 0.8, WeightDecay = 1e-3, InitLr = 1 }, workers: 2, ratio: null);

    private static PtbOptions Options { get; } = new()
    {
        EmbSize = 14, NumHid = 12, NumLayers = 2, Dropout = 0, Bptt = 9, BatchSize = 3, EvalBatchSize = 5, TestBatchSize = 6, InitLr = 5, Clip = 0.25, MaxSteps = Steps,
        LogInterval = 1, Threads = 2,
    };

    private static Corpus Text => PtbRuns.Text;

    private static void Compare(PtbOptions options, int workers, double? ratio)
    {
        using var folder = new TemporaryFolder();
        using var plain = new PlainTraining(options, Text, workers, ratio);
        var start = plain.Weights;
        SafetensorsWriter.Save(
            folder["start"], [.. start.Select(one => new TensorEntry(one.Name, TensorType.F32, [.. one.Shape]))],
            writer => start.ToList().ForEach(one => writer.Write(one.Name, one.Values)));

        var run = PtbRuns.Train(
            options with
            {
                Compressor = ratio is null ? "none" : $"topk(ratio={ratio})", VirtualWorkers = workers > 1 ? workers : 0,
                InitWeights = folder["start"], SaveWeights = folder["end"],
            },
            Text, folder.Path);

        // In a late step a choice among almost equal magnitudes may fall the other way; tensors are compared as a whole.
        double late = ratio is null ? 1e-4 : 1e-3;
        for (int step = 0; step < Steps; step++)
        {
            var (loss, norm) = plain.Step(step);
            Assert.Equal(loss, run.Metrics[step].TrainLoss, step < 10 ? 1e-5 : late);
            Assert.Equal(norm, run.Metrics[step].GradNorm, 10 * late * norm);
        }

        Assert.Equal(plain.Evaluate(Text.Valid, options.EvalBatchSize), run.Evaluations.Single(evaluation => evaluation.Split == "valid").Loss, late);
        double test = Math.Exp(plain.Evaluate(Text.Test, options.TestBatchSize));
        Assert.Equal(test, run.Summary!.TestPerplexity!.Value, late * test);
        using var ours = SafetensorsFile.Open(folder["end"]);
        foreach (var ((name, _, expected), (_, _, before)) in Pairs.Of(plain.Weights, start))
        {
            float[] actual = new float[expected.Length];
            ours.Read(name, actual);
            double way = Pairs.Distance(before, expected), miss = Pairs.Distance(expected, actual);
            Assert.True(miss <= 50 * late * way, $"{name}: {miss / way:P2} of the way from the first weights");
        }
    }
}
