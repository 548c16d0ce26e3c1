using Compression.Training.Checkpoints;
using Compression.Training.Parameters;
using Compression.Training.TransformerXl;
using Compression.Training.TransformerXl.Layers;

using static Compression.Training.Tests.TensorValues;
using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

/// <summary>
/// Model and trainer against the composition of TorchSharp's own operations, which is itself held to the published code's figures where
/// there are any: these have no learned positions (attn_type 1 and 3) and no extension.
/// </summary>
[Seeded]
public sealed class PlainTransformerXlTests
{
    private const int Vocabulary = 17;
    private const int Batch = 3;

    [Theory]
    [InlineData("plain")]
    [InlineData("absolute_attn2")]
    [InlineData("prenorm_samelength")]
    public void The_composition_has_the_published_losses_memories_and_gradients(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new Fixture(name);
        var plain = new PlainTransformerXl(fixture.Shape, fixture.Shape.Layout().Slots.Select(slot => (slot.Name, fixture.Read($"weights.{slot.Name}"))));
        plain.Begin(fixture.MemoryLength, extension: 0);
        for (int segment = 0; segment < 3; segment++)
        {
            var nats = plain.Nats(fixture.Read($"segment{segment}.input"), fixture.Read($"segment{segment}.target").flatten());
            nats.mean().backward();
            AssertClose(fixture.Read($"segment{segment}.loss").flatten(), nats, 1e-5, $"loss of segment {segment}");
            for (int state = 0; fixture.Holds($"segment{segment}.mems.{state}"); state++)
            {
                AssertClose(fixture.Read($"segment{segment}.mems.{state}"), plain.Memory[state]!, 1e-5, $"memory {state} after segment {segment}");
            }
        }

        Assert.All(plain.Weights, one => AssertClose(fixture.Read($"grads.{one.Key}"), one.Value.grad!, 1e-5, $"gradient of {one.Key}"));
    }

    public static TheoryData<int, bool, bool, int, int> Kinds()
    {
        var kinds = new TheoryData<int, bool, bool, int, int>();
        foreach (int attention in new[] { 0, 1, 2, 3 })
        {
            foreach (bool preNorm in new[] { false, true })
            {
                foreach (int extension in new[] { 0, 3 })
                {
                    kinds.Add(attention, preNorm, false, -1, extension);
                    kinds.Add(attention, preNorm, attention < 2, 4, extension);
                }
            }
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Losses_memories_and_gradients_are_those_of_the_composition(int attention, bool preNorm, bool sameLength, int clamp, int extension)
    {
        using var scope = NewDisposeScope();
        int memoryLength = attention < 2 ? 6 : 0;
        var options = Tiny.Options with
        {
            AttnType = attention, PreLnorm = preNorm, SameLength = sameLength, ClampLen = clamp, ExtLen = extension, MemLen = memoryLength, Dropout = 0, Dropatt = 0,
        };
        var shape = options.ShapeFor(Vocabulary);
        using var model = new TransformerXlModel(shape);
        using (no_grad())
        {
            foreach (var (_, parameter) in model.named_parameters())
            {
                nn.init.normal_(parameter, 0, 0.4);
            }
        }

        var plain = new PlainTransformerXl(shape, model.named_parameters().Select(one => (one.name, (Tensor)one.parameter)));
        using var storage = new FlatModel(model);
        storage.ZeroGradients();
        using var memory = model.NewMemory(memoryLength, extension);
        plain.Begin(memoryLength, extension);
        int[] text = [.. rand(Batch * 21).Floats().Select(unit => (int)(unit * Vocabulary))];
        var segments = OrderedSegments.ForTraining(text, 0, 1, Batch, options.TgtLen, extension);
        Assert.Equal(4, segments.Count);
        for (int segment = 0; segment < segments.Count; segment++)
        {
            var (input, target) = segments.Read(segment);
            Assert.Equal(segment == 0 ? 0 : extension, (input.Length - target.Length) / Batch);
            var ids = tensor(input, [input.Length / Batch, Batch]);
            var expected = plain.Nats(ids, tensor(target));
            expected.mean().backward();
            var (mean, each) = model.Loss(ids, tensor(target), memory);
            mean.backward();
            AssertClose(expected, each, 1e-5, $"loss of segment {segment}");
            for (int state = 0; memoryLength > 0 && state <= shape.Layers; state++)
            {
                AssertClose(plain.Memory[state]!, memory[state]!, 1e-5, $"memory {state} after segment {segment}");
            }
        }

        Assert.All(model.named_parameters(), one => AssertClose(plain.Weights[one.name].grad!, one.parameter.grad!, 2e-5, $"gradient of {one.name}"));
    }

    [Theory]
    [InlineData(0, 4, 3)]
    [InlineData(0, 0, 3)]
    [InlineData(1, 4, 3)]
    [InlineData(1, 4, 0)]
    [InlineData(2, 0, 3)]
    [InlineData(3, 0, 3)]
    public void The_trainer_takes_the_steps_of_plain_gradient_descent(int attention, int memory, int extension)
    {
        const int Steps = 20;
        const double Rate = 0.3;
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var options = Tiny.Options with
        {
            AttnType = attention, MemLen = memory, ExtLen = extension, EvalTgtLen = 4, Dropout = 0, Dropatt = 0, Optim = "sgd", Scheduler = "constant", Lr = Rate,
            MaxStep = 1, EvalInterval = 1000,
        };
        Tiny.Train(options with { Lr = 1e-30, SaveWeights = folder["start"] });
        var run = Tiny.Train(options with { MaxStep = Steps, InitWeights = folder["start"] });

        using var start = SafetensorsFile.Open(folder["start"]);
        var shape = options.ShapeFor(Tiny.Text.Vocabulary.Count);
        var plain = new PlainTransformerXl(shape, shape.Layout().Slots.Select(slot => (slot.Name, Read(start, slot.Name))));
        plain.Begin(memory, extension);
        int rows = Tiny.Text.Train.Length / options.BatchSize;
        for (int step = 0; step < Steps; step++)
        {
            var nats = Segment(plain, Tiny.Text.Train, options.BatchSize, rows, step * options.TgtLen, options.TgtLen, extension).mean();
            nats.backward();
            using var unrecorded = no_grad();
            double norm = Math.Sqrt(plain.Weights.Values.Sum(weight => weight.grad!.square().sum().item<double>()));
            foreach (var weight in plain.Weights.Values)
            {
                weight.sub_(weight.grad! * (Rate * Math.Min(1, options.Clip / norm)));
                weight.grad!.zero_();
            }

            Assert.Equal(nats.item<double>(), run.Metrics[step].TrainLoss, 1e-5);
            Assert.Equal(norm, run.Metrics[step].GradNorm, 1e-4 * norm);
        }

        // Shorter segments see as far back as longer ones: by a longer memory, or by a longer extension where there is no memory.
        using var still = no_grad();
        int back = options.TgtLen - options.EvalTgtLen, evalRows = Tiny.Text.Valid.Length / options.EvalBatchSize;
        plain.Begin(memory == 0 ? 0 : memory + back, extension);
        double sum = 0;
        for (int from = 0; from < evalRows - 1; from += options.EvalTgtLen)
        {
            sum += Segment(plain, Tiny.Text.Valid, options.EvalBatchSize, evalRows, from, options.EvalTgtLen, memory == 0 ? extension + back : extension)
                .sum().item<double>();
        }

        Assert.Equal(sum / ((evalRows - 1) * options.EvalBatchSize), run.Evaluations.Last(row => row.Split == "valid").Loss, 1e-4);
    }

    private static Tensor Segment(PlainTransformerXl plain, int[] tokens, int columns, int rows, int from, int length, int extension)
    {
        var text_RB = tensor(tokens[..(rows * columns)]).to(ScalarType.Int64).view(columns, rows).t();
        int first = Math.Max(0, from - extension), end = Math.Min(rows - 1, from + length);
        return plain.Nats(text_RB.narrow(0, first, end - first).contiguous(), text_RB.narrow(0, from + 1, end - from).flatten());
    }

    private static Tensor Read(SafetensorsFile file, string name)
    {
        var entry = file.Find(name)!;
        float[] values = new float[entry.Length];
        file.Read(name, values);
        return tensor(values, [.. entry.Shape]);
    }
}
