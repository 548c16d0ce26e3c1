using System.Collections.Immutable;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Training.ModelParallel;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Parameters;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;
using Compression.Training.Sessions;
using static TorchSharp.torch;

namespace Compression.Training.Tests.ModelParallel;

[Seeded]
public sealed class ModelParallelLearnerTests
{
    private static readonly string[] s_schedules = ["wavefront", "gpipe", "1f1b"];

    public static TheoryData<int, string, double> Pipelines()
    {
        var data = new TheoryData<int, string, double>();
        foreach (int stages in (int[])[1, 2, 4])
        {
            foreach (string schedule in s_schedules)
            {
                data.Add(stages, schedule, 0);
                data.Add(stages, schedule, 0.5);
            }
        }

        return data;
    }

    // The whole model on the whole batch at once.
    private static ModelParallelOptions Single(double dropout) =>
        ModelParallelRuns.Tiny with { Stages = 1, Schedule = "gpipe", MicroBatches = 1, Dropout = dropout };

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Losses_and_gradients_over_20_steps_are_those_of_the_model_in_one_piece(int stages, string schedule, double dropout)
    {
        var expected = Steps(Single(dropout), 20);
        var found = Steps(ModelParallelRuns.Tiny with { Stages = stages, Schedule = schedule, Dropout = dropout }, 20);
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step].Loss, found[step].Loss, 1e-5);
            double norm = Math.Sqrt(expected[step].Gradient.Sum(value => (double)value * value));
            double difference = Pairs.Distance(expected[step].Gradient, found[step].Gradient);
            Assert.True(difference < 1e-5 * norm, $"step {step}: gradients differ by {difference / norm:E2}");
        }
    }

    [Fact]
    public void Dropout_acts_and_depends_on_the_step()
    {
        var without = Steps(Single(0), 2);
        var with = Steps(Single(0.5), 2);
        Assert.NotEqual(without[0].Loss, with[0].Loss);
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, 0);
        using var model = ModelParallelRuns.Model(Single(0.5), group, alone);
        model.BeginEpoch(0);
        double first = model.ForwardBackward(0, 0, 1).Loss;
        Assert.NotEqual(first, model.ForwardBackward(0, 0, 2).Loss);
        Assert.Equal(first, model.ForwardBackward(0, 0, 1).Loss);
    }

    [Fact]
    public void Micro_batches_give_the_same_bits_under_both_of_their_schedules()
    {
        var gpipe = Steps(ModelParallelRuns.Tiny with { Stages = 2, Schedule = "gpipe", Dropout = 0.5 }, 5);
        var alternating = Steps(ModelParallelRuns.Tiny with { Stages = 2, Schedule = "1f1b", Dropout = 0.5 }, 5);
        Assert.Equal(gpipe.Select(step => step.Gradient), alternating.Select(step => step.Gradient));
    }

    [Fact]
    public void The_model_is_the_one_of_the_other_trainer()
    {
        // Sentences that fill their batch: the objective, nats a sentence, is T times the mean over the words.
        const int T = 7, B = 5, V = 13;
        var sizes = new RecurrentModelOptions(V, 6, 8, 3, 0, Tied: false);
        using var module = new StageModule(sizes, new StageRange(0, 1, 0, 3));
        module.Initialize(0.5, 1);
        using var storage = new FlatModel(module);
        using var other = new LanguageModel(sizes);
        using var otherStorage = new FlatModel(other);
        Assert.Equal(otherStorage.Layout.Fingerprint, storage.Layout.Fingerprint);
        using (no_grad())
        {
            otherStorage.FlatParameters.copy_(storage.FlatParameters);
        }

        var random = new Random(3);
        long[] input = [.. Enumerable.Range(0, T * B).Select(_ => random.NextInt64(1, V))], target = [.. input.Select(_ => random.NextInt64(1, V))];
        using var stage = new StageComputation(module, new StageRange(0, 1, 0, 3), new StageRange(0, 1, 0, 3), sizes, CPU, ThreadTeam.Single);
        stage.Begin(Batch(input, target, T, B, StageSchedule.Wavefront, 2) with { Weight = 1.0 / B });
        for (int unit = 0; unit < 4; unit++)
        {
            stage.Forward(unit, null, keep: true);
        }

        for (int unit = 3; unit >= 0; unit--)
        {
            stage.Backward(unit, null);
        }

        using var scope = NewDisposeScope();
        using var state = new RecurrentState(3, B, CPU, ("hidden", 8), ("cell", 8));
        var loss = other.Loss(tensor(input, [T, B]), tensor(target), state);
        loss.backward();
        Assert.Equal(loss.item<float>(), stage.Nats / (T * B), 1e-6);
        Pairs.AssertClose(otherStorage.Bucket.All.ToArray().Select(value => value * T), storage.Bucket.All.ToArray(), 2e-6);
    }

    [Theory]
    [InlineData("wavefront")]
    [InlineData("1f1b")]
    public void Padding_contributes_nothing_whatever_is_in_it(string schedule)
    {
        const int T = 9, B = 4, V = 13;
        var options = ModelParallelRuns.Tiny with { Schedule = schedule };
        int[] lengths = [9, 2, 5, 1];
        var random = new Random(4);
        long[] input = new long[T * B], target = new long[T * B];
        for (int i = 0; i < input.Length; i++)
        {
            bool inside = i / B < lengths[i % B];
            (input[i], target[i]) = inside ? (random.NextInt64(1, V), random.NextInt64(1, V)) : (0, 0);
        }

        long[] otherPadding = [.. input.Select((id, i) => target[i] == 0 ? random.NextInt64(1, V) : id)];
        var (nats, gradient) = Compute(input);
        var (otherNats, otherGradient) = Compute(otherPadding);
        Assert.True(nats > 0);
        Assert.Equal(nats, otherNats);
        Assert.Equal(gradient, otherGradient);

        (double, float[]) Compute(long[] ids)
        {
            var sizes = new RecurrentModelOptions(V, 6, 8, 2, 0, Tied: false);
            var range = new StageRange(0, 1, 0, 2);
            using var module = new StageModule(sizes, range);
            module.Initialize(0.5, 1);
            using var storage = new FlatModel(module);
            using var stage = new StageComputation(module, range, range, sizes, CPU, ThreadTeam.Single);
            var batch = Batch(ids, target, T, B, options.Order, 3);
            stage.Begin(batch);
            foreach (var action in StageOrder.Of(options.Order, 0, 1, batch.Units.Length))
            {
                _ = action.IsForward ? stage.Forward(action.Unit, null, keep: true) : stage.Backward(action.Unit, null);
            }

            return (stage.Nats, storage.Bucket.All.ToArray());
        }
    }

    [Fact]
    public void All_buckets_share_one_set_of_weights()
    {
        var options = ModelParallelRuns.Tiny;
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, 0);
        using var model = ModelParallelRuns.Model(options, group, alone);
        Assert.Equal(options.ModelFor(ModelParallelRuns.Text.Vocabulary.Count).Layout().Length, model.Storage.Layout.Length);
        var text = new SentenceText(ModelParallelRuns.Text.Train, ModelParallelRuns.Text.Vocabulary, options.SentenceEnd);
        var longest = new BucketPlan(ModelParallelTask.Buckets(text, options, false), 6, 1).InOrder().Where(batch => batch.Steps == 20).ToImmutableArray();
        model.BeginEpoch(0);
        double before = model.Evaluate(longest).Nats;
        int position = Enumerable.Range(0, model.StepsPerEpoch).First(step => new BucketPlan(ModelParallelTask.Buckets(text, options, false), 6, 1)
            .Shuffled(options.Seed, 0)[step].Steps == 4);
        model.ForwardBackward(0, position, 1);
        model.Apply(0.1);
        Assert.NotEqual(before, model.Evaluate(longest).Nats);
    }

    [Fact]
    public void Replicas_together_make_the_step_of_one_with_as_many_sentences()
    {
        var one = Steps(Single(0) with { BatchSize = 12, Clip = 0 }, 6);
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, 3);
        using var model = ModelParallelRuns.Model(Single(0) with { BatchSize = 4, Clip = 0, Stages = 2 }, group, alone);
        model.BeginEpoch(0);
        for (int step = 0; step < one.Length; step++)
        {
            double loss = 0;
            double[] mean = new double[model.Storage.Layout.Length];
            for (int replica = 0; replica < 3; replica++)
            {
                loss += model.ForwardBackward(replica, step, 0).Loss / 3;
                for (int i = 0; i < mean.Length; i++)
                {
                    mean[i] += model.Storage.Bucket.All[i] / 3.0;
                }
            }

            for (int i = 0; i < mean.Length; i++)
            {
                model.Storage.Bucket.All[i] = (float)mean[i];
            }

            Assert.Equal(one[step].Loss, loss, 1e-5);
            Pairs.AssertClose(mean, one[step].Gradient, 2e-5);
            model.Apply(ModelParallelRuns.Tiny.Lr);
        }
    }

    private static StageBatch Batch(long[] input, long[] target, int steps, int columns, StageSchedule schedule, int timeBlock) => new()
    {
        Steps = steps, Columns = columns, Input = input, Target = target, Units = StageUnit.Cut(schedule, steps, columns, timeBlock, 3),
    };

    private static (double Loss, float[] Gradient)[] Steps(ModelParallelOptions options, int count)
    {
        using var alone = new LocalCommunicator();
        using var group = new WorkerGroup(alone, 0);
        using var model = ModelParallelRuns.Model(options, group, alone);
        model.BeginEpoch(0);
        var steps = new (double, float[])[count];
        for (int step = 0; step < count; step++)
        {
            double loss = model.ForwardBackward(0, step % model.StepsPerEpoch, RandomKey.Mix(1, 0, step, -1, RandomPurpose.Dropout)).Loss;
            steps[step] = (loss, model.Storage.Bucket.All.ToArray());
            model.Apply(options.Lr);
        }

        return steps;
    }
}
