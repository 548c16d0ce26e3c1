using Compression.Training.Tests.Lm1b;
using Compression.Training.Tests.ModelParallel;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;

using static TorchSharp.torch;

namespace Compression.Training.Tests;

/// <summary>
/// After a step there are as many tensors as before it, over a thousand steps, evaluations and new epochs among them. Their memory is not the
/// collector's: one tensor a step that waits for its finalizer is enough to fill a machine.
/// </summary>
[Seeded]
public sealed class FlatMemoryTests
{
    private const int Steps = 1000;

    // What is made in the first steps and stays: the optimizer's state, the batches' buffers, the memory at its full length.
    private const int Settled = 10;

    [Theory]
    [InlineData("lstm", "none", 0, 0.0, 1)]
    [InlineData("lstm", "none", 0, 0.9, 1)]
    [InlineData("lstm", "topk(ratio=0.05)+sign", 2, 0.0, 1)]
    [InlineData("lstm", "topk(ratio=0.05)", 2, 0.9, 7)]
    [InlineData("gru", "none", 2, 0.0, 1)]
    public void Ptb(string model, string compressor, int virtualWorkers, double momentum, int localSteps) => Holds(logger => PtbRuns.Train(
        PtbRuns.Tiny with { Model = model, Compressor = compressor, VirtualWorkers = virtualWorkers, Momentum = momentum, LocalSteps = localSteps, OuterMomentum = localSteps > 1 ? 0.9 : 0, InitLr = 0.1, MaxSteps = Steps, Epochs = Steps },
        PtbRuns.Text, logger: logger));

    [Theory]
    [InlineData("adam", 0, 1)]
    [InlineData("adamw", 0, 1)]
    [InlineData("sgd", 2, 2)]
    public void TransformerXl(string optimizer, int virtualWorkers, int chunks) => Holds(logger => Tiny.Train(
        Tiny.Options with { Optim = optimizer, VirtualWorkers = virtualWorkers, BatchChunk = chunks, MaxStep = Steps, EvalInterval = 200 }, logger: logger));

    [Theory]
    [InlineData("none", "none")]
    [InlineData("topk(ratio=0.1)", "sign")]
    public void Lm1b(string compressor, string rowCompressor)
    {
        using var text = new EasyText(50);
        Holds(logger => Lm1bRuns.Train(
            Lm1bRuns.Tiny with { Compressor = compressor, RowCompressor = rowCompressor, VirtualWorkers = 2, MaxSteps = Steps }, text.Corpus, logger: logger));
    }

    [Theory]
    [InlineData("wavefront")]
    [InlineData("1f1b")]
    public void ModelParallel(string schedule) => Holds(logger => ModelParallelRuns.Train(
        ModelParallelRuns.Tiny with { Stages = 2, NumLayers = 2, Schedule = schedule, MicroBatches = 2, TimeBlock = 10, NumRound = Steps, MaxSteps = Steps }, logger: logger));

    private static void Holds(Action<RecordingLogger> train)
    {
        // What earlier tests left to the collector would otherwise go in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var tensors = new List<long>();
        train(new RecordingLogger { OnProgress = _ => tensors.Add(Tensor.TotalCount) });
        Assert.Equal(Steps, tensors.Count);
        for (int step = Settled; step < Steps; step++)
        {
            Assert.True(tensors[step] == tensors[Settled], $"{tensors[step]} tensors after step {step + 1}, {tensors[Settled]} after step {Settled + 1}");
        }
    }
}
