using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.TransformerXl;
using Compression.Training.TransformerXl.Layers;

using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class SegmentTests
{
    [Fact]
    public void Two_segments_with_memory_equal_one_long_forward_in_one_layer()
    {
        using var scope = NewDisposeScope();
        var shape = (Tiny.Options with { NLayer = 1, MemLen = 6, Dropout = 0, Dropatt = 0 }).ShapeFor(17);
        using var model = new TransformerXlModel(shape);
        manual_seed(3);
        new WeightInitialization(false, 0, 0.5, 0.5).Apply(model);
        var input = randint(17, [12, 3], ScalarType.Int64);
        var target = randint(17, [12, 3], ScalarType.Int64);
        using var none = model.NewMemory(0);
        var whole = model.Loss(input, target.flatten(), none).Each_N.view(12, 3);
        using var memory = model.NewMemory(6);
        model.Loss(input.narrow(0, 0, 6), target.narrow(0, 0, 6).flatten(), memory);
        var second = model.Loss(input.narrow(0, 6, 6), target.narrow(0, 6, 6).flatten(), memory).Each_N.view(6, 3);
        Assert.True(whole.narrow(0, 6, 6).allclose(second, 1e-5, 1e-5));
    }

    [Fact]
    public void An_extension_is_read_again_and_not_remembered_twice()
    {
        using var scope = NewDisposeScope();
        using var memory = new SegmentMemory(1, length: 5, extension: 2);
        memory.Append([arange(6).to(ScalarType.Float32).view(6, 1, 1)]);
        Assert.Equal([0f, 1, 2, 3], Values(memory));
        memory.Append([arange(4, 10).to(ScalarType.Float32).view(6, 1, 1)]);
        Assert.Equal([3f, 4, 5, 6, 7], Values(memory));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Evaluation_over_ranks_adds_up_to_one_perplexity(int ranks)
    {
        var options = Tiny.Options;
        var one = Enumerable.Range(0, 4).Select(column => Targets(OrderedSegments.ForEvaluation("valid", Tiny.Text.Valid, column, 4, 4, 5))).ToList();
        var parts = Enumerable.Range(0, ranks).Select(rank => OrderedSegments.ForEvaluation("valid", Tiny.Text.Valid, rank, ranks, 4, 5)).ToList();
        Assert.Equal((Tiny.Text.Valid.Length / 4 - 1) * 4L, parts.Sum(part => part.Targets));
        var columns = parts.SelectMany(part => Enumerable.Range(0, part.Columns).Select(column => Targets(part.Part(column, part.Columns)))).ToList();
        Assert.Equal(one, columns);

        using var folder = new TemporaryFolder();
        string file = folder["weights.safetensors"];
        Tiny.Train(options with { MaxStep = 1, SaveWeights = file });
        using var learner = Learner(options);
        using (var weights = WeightsFile.Open(file, "weights", ExitCode.Usage))
        {
            new PublishedWeights(learner.Shape).Read(weights, learner.Storage, "weights", ExitCode.Usage);
        }

        double whole = learner.Evaluate(OrderedSegments.ForEvaluation("valid", Tiny.Text.Valid, 0, 1, 4, 5)).Nats;
        double summed = parts.Sum(part => learner.Evaluate(part).Nats);
        Assert.Equal(whole, summed, 1e-6 * whole);
    }

    [Fact]
    public void Segments_cover_every_target_once_also_where_their_length_varies()
    {
        int[] text = [.. Enumerable.Range(0, 4001)];
        foreach (ulong? seed in (ulong?[])[null, 7])
        {
            var segments = OrderedSegments.ForTraining(text, 0, 2, 4, 20, 3, seed);
            var targets = new List<long>();
            for (int i = 0; i < segments.Count; i++)
            {
                var (input, target) = segments.Read(i);
                int before = (input.Length - target.Length) / 4;
                Assert.Equal(Math.Min(3, segments.LengthBefore(i)), before);
                for (int t = 0; t < target.Length; t++)
                {
                    Assert.Equal(target[t], input[(before * 4) + t] + 1);
                }

                targets.AddRange(target.Where((_, t) => t % 4 == 1));
            }

            Assert.Equal(Enumerable.Range(501, 499).Select(id => (long)id), targets);
            Assert.Equal(seed is null, Enumerable.Range(0, segments.Count - 1).All(i => segments.LengthOf(i) == 20));
            Assert.All(Enumerable.Range(0, segments.Count), i => Assert.InRange(segments.LengthOf(i), 1, 35));
        }
    }

    [Fact]
    public void Too_little_text_names_the_largest_batch() => UserErrors.Expect(
        ExitCode.Usage, () => OrderedSegments.ForTraining(new int[10], 0, 2, 4, 5), "--batch_size 4", "2 workers", "is 2");

    private static TransformerXlLearner Learner(TransformerXlOptions options) => new(
        options, Tiny.Text, new Training.Sessions.WorkerGroup(new Core.Communication.LocalCommunicator(), 0), 0, Core.Kernels.ThreadTeam.Single, new TransformerXlSchedule(options));

    private static string Targets(OrderedSegments segments) =>
        string.Join(' ', Enumerable.Range(0, segments.Count).SelectMany(i => segments.Read(i).Target));

    private static float[] Values(SegmentMemory memory) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(memory[0]!.contiguous().bytes).ToArray();
}
