using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using Compression.Training.TransformerXl;
using Compression.Training.TransformerXl.Layers;
using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class ReducedPrecisionTests
{
    private static readonly TransformerXlOptions s_options = Tiny.Options with { Fp16 = true, Adaptive = true, Cutoffs = "8" };

    [Fact]
    public void Weights_and_hidden_states_are_rounded_and_what_is_trained_is_not()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = new TransformerXlModel(s_options.ShapeFor(Tiny.Text.Vocabulary.Count), ReducedPrecision.For(CPU));
        new WeightInitialization(false, 0, 0.5, 0.5).Apply(model);
        using var storage = new FlatModel(model, rounding: ScalarType.BFloat16);
        Assert.All(model.parameters(), parameter => AssertRounded(parameter.detach()));
        float[] trained = Values(storage.FlatParameters);
        Assert.NotEqual(trained, Values(storage.FlatParameters.to(ScalarType.BFloat16).to(ScalarType.Float32)));
        storage.ChangeParameters(values => values[0] = 1.001f);
        Assert.Equal(1.001f, Values(storage.FlatParameters)[0]);
        Assert.Equal(1, Values(model.parameters().First().detach())[0]);

        using var memory = model.NewMemory(4);
        var ids = randint(10, [5, 3], ScalarType.Int64);
        var (mean, _) = model.Loss(ids, ids.flatten(), memory);
        mean.backward();
        for (int state = 0; state <= s_options.NLayer; state++)
        {
            AssertRounded(memory[state]!);
        }

        Assert.True(storage.ClipNorm(0).Norm > 0);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void Products_in_the_type_itself_come_close_to_float32(int attention, bool preNorm)
    {
        var shape = (s_options with { AttnType = attention, PreLnorm = preNorm, MemLen = attention < 2 ? 4 : 0, Dropout = 0, Dropatt = 0, DivVal = 2, Cutoffs = "5" }).ShapeFor(17);

        // A single batch may hit a product that cancels, and its gradient then is off by up to a tenth; the middle of many never is.
        using var scope = NewDisposeScope();
        var errors = randint(17, [21, 5, 3], ScalarType.Int64).unbind().Select(ids => RelativeError(shape, ids)).Order().ToList();
        Assert.InRange(errors[0], 1e-6, 0.02);
        Assert.InRange(errors[errors.Count / 2], 1e-6, 0.02);
    }

    [Fact]
    public void The_loss_falls_as_in_float32()
    {
        var options = Tiny.Options with { MaxStep = 300, Lr = 0.02, Dropout = 0, Dropatt = 0, Compressor = "topk(ratio=0.2)", ClipScope = ClipScope.Aggregated };
        double whole = Tiny.Train(options).Metrics.TakeLast(20).Average(row => row.TrainLoss);
        double reduced = Tiny.Train(options with { Fp16 = true }).Metrics.TakeLast(20).Average(row => row.TrainLoss);
        Assert.NotEqual(whole, reduced);
        Assert.Equal(whole, reduced, 0.15);
    }

    [Theory]
    [InlineData("none", 1)]
    [InlineData("none", 3)]
    [InlineData("variance", 1)]
    public void A_scale_that_is_a_power_of_two_changes_no_bit(string compressor, int chunks)
    {
        var options = s_options with { MaxStep = 6, Compressor = compressor, BatchChunk = chunks };
        Assert.Equal(Tiny.Train(options with { LossScale = 1 }).Summary!.FinalParametersSha256, Tiny.Train(options).Summary!.FinalParametersSha256);
    }

    [Fact]
    public void Steps_that_overflow_leave_weights_and_schedule_as_they_are()
    {
        var options = s_options with { LossScale = 1e200, WarmupStep = 100 };
        Assert.Equal(Tiny.Train(options with { MaxStep = 1 }).Summary!.FinalParametersSha256, Tiny.Train(options with { MaxStep = 4 }).Summary!.FinalParametersSha256);

        var late = Tiny.Train(options with { LossScale = Math.Pow(2, 135), MaxStep = 20 });
        var first = late.Metrics.First(row => double.IsFinite(row.TrainLoss));
        Assert.InRange(first.Step, 3, 15);
        Assert.Equal(options.Lr / 100, first.LearningRate, 1e-12);
        Assert.All(late.Metrics, row => Assert.Equal(row.Step >= first.Step, double.IsFinite(row.TrainLoss)));
        Assert.Equal(first.Step - 1, late.Summary!.SkippedSteps);
    }

    [Fact]
    public void What_overflows_without_a_scale_ends_the_run()
    {
        using var folder = new TemporaryFolder();
        string file = folder["weights.safetensors"];
        Tiny.Train(Tiny.Options with { MaxStep = 1, SaveWeights = file });
        using (var saved = SafetensorsFile.Open(file))
        {
            SafetensorsWriter.Save(folder["poisoned.safetensors"], [.. saved.Tensors], writer =>
            {
                foreach (var entry in saved.Tensors)
                {
                    float[] values = new float[entry.Length];
                    saved.Read(entry.Name, values);
                    values[0] = float.NaN;
                    writer.Write(entry.Name, values);
                }
            });
        }

        UserErrors.Expect(
            ExitCode.NonFinite, () => Tiny.Train(Tiny.Options with { Fp16 = true, InitWeights = folder["poisoned.safetensors"] }), "Step 17", "not finite", "--lr");
    }

    [Fact]
    public void A_resumed_run_goes_on_with_its_scale()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { CheckpointEvery = 17, LossScale = Math.Pow(2, 147) };
        var whole = Tiny.Train(options, Path.Combine(folder.Path, "whole"));
        long skipped = whole.Summary!.SkippedSteps;
        Assert.InRange(skipped, 17, 28);
        string checkpoint = Path.Combine(folder.Path, "whole", "checkpoints", "step-000017");
        var resumed = Tiny.Train(options with { Resume = checkpoint }, Path.Combine(folder.Path, "resumed"));
        Assert.Equal(skipped, resumed.Summary!.SkippedSteps);
        Assert.Equal(whole.Summary.FinalParametersSha256, resumed.Summary.FinalParametersSha256);
    }

    [Fact]
    public void What_cannot_skip_a_step_is_refused()
    {
        void Refuses(TransformerXlOptions options, params string[] parts) =>
            UserErrors.Expect(ExitCode.Usage, () => TransformerXlTrainer.Check(options, Tiny.Compose(options), Tiny.Text, 1), parts);
        Refuses(s_options with { VirtualWorkers = 2 }, "--fp16 true", "--num_workers");
        Refuses(s_options with { Overlap = true, Clip = 0 }, "--fp16 true", "--overlap false");
        Refuses(s_options with { Fp16 = false, LossScale = 2 }, "--loss_scale 2", "--fp16 true");
    }

    private static double RelativeError(TransformerXlShape shape, Tensor ids)
    {
        var (loss, gradient) = Pass(shape, null, ids);
        var (reducedLoss, reducedGradient) = Pass(shape, new ReducedPrecision(ScalarType.BFloat16, RoundsOnly: false), ids);
        Assert.NotEqual(loss, reducedLoss);
        Assert.Equal(loss, reducedLoss, 0.02 * loss);
        return Pairs.Distance(gradient, reducedGradient) / Math.Sqrt(gradient.Sum(value => (double)value * value));
    }

    private static (double Loss, float[] Gradient) Pass(TransformerXlShape shape, ReducedPrecision? precision, Tensor ids)
    {
        manual_seed(5);
        using var model = new TransformerXlModel(shape, precision);
        new WeightInitialization(false, 0, 0.3, 0.3).Apply(model);
        using var storage = new FlatModel(model);
        using var memory = model.NewMemory(shape.Attention is AttentionType.Relative or AttentionType.LearnedRelative ? 4 : 0);
        model.eval();
        double loss = 0;
        for (int segment = 0; segment < 2; segment++)
        {
            var mean = model.Loss(ids, (16 - ids).flatten(), memory).Mean;
            mean.backward();
            loss += mean.item<float>();
        }

        return (loss, Values(storage.FlatGradients));
    }

    private static void AssertRounded(Tensor tensor) => Assert.Equal(Values(tensor), Values(tensor.to(ScalarType.BFloat16).to(ScalarType.Float32)));

    private static float[] Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes).ToArray();
}
