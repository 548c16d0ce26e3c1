using Compression.Core.Kernels;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;

using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

/// <summary>The optimizers over flat vectors against TorchSharp's own, after every step, at rates that change as schedules change them.</summary>
[Seeded]
public sealed class TorchOptimizerTests
{
    private const double FirstRate = 0.01;
    private const int Steps = 60;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(0, 0.1)]
    [InlineData(0.9, 0.1)]
    public void Sgd(double momentum, double decay) => Compare(
        model => new FlatSgd(model, momentum, decay),
        parameters => optim.SGD(parameters, FirstRate, momentum, weight_decay: decay));

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.1, true)]
    [InlineData(0, false)]
    [InlineData(0.1, false)]
    public void Adam(double decay, bool inKernels) => Compare(
        model => new FlatAdam(model, ThreadTeam.Single, new AdamSettings { WeightDecay = decay }),
        parameters => optim.Adam(parameters, FirstRate, weight_decay: decay), inKernels);

    [Theory]
    [InlineData(0, 0.9, 0.999, 1e-8, true)]
    [InlineData(0.1, 0.9, 0.999, 1e-8, true)]
    [InlineData(0.5, 0.8, 0.95, 1e-4, true)]
    [InlineData(0, 0.9, 0.999, 1e-8, false)]
    [InlineData(0.1, 0.9, 0.999, 1e-8, false)]
    [InlineData(0.5, 0.8, 0.95, 1e-4, false)]
    public void AdamW(double decay, double beta1, double beta2, double epsilon, bool inKernels) => Compare(
        model => new FlatAdam(
            model, ThreadTeam.Single, new AdamSettings { WeightDecay = decay, Beta1 = beta1, Beta2 = beta2, Epsilon = epsilon, DecouplesDecay = true }),
        parameters => optim.AdamW(parameters, FirstRate, beta1, beta2, epsilon, decay), inKernels);

    /// <summary>In double precision: every entry moves by the rate, or stays where its gradient is 0, and shrinks by the decay.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Signs(double decay)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var ours = new RandomParameters();
        using var model = new FlatModel(ours);
        using var optimizer = FlatSgd.Create(model, 0, decay, UpdateRule.Sign);
        for (int step = 1; step <= Steps; step++)
        {
            float[] gradient = randn(model.Bucket.Layout.Length).Floats();
            gradient.AsSpan(10, 8).Clear();
            gradient.CopyTo(model.Bucket.All);
            double rate = FirstRate / step;
            double[] expected = [.. Pairs.Of(ours.Values(), ours.Gradients()).Select(pair => (pair.First * (1 - (rate * decay))) - (rate * Math.Sign(pair.Second)))];
            optimizer.Step(rate);
            AssertClose([.. expected.Select(value => (float)value)], ours.Values(), step);
        }
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0.1, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(0.1, 0.5, true)]
    [InlineData(0, 1, false)]
    [InlineData(0.1, 0.5, false)]
    public void Adagrad(double decay, float initialSum, bool inKernels) => Compare(
        model => new FlatAdagrad(model, ThreadTeam.Single, decay, initialSum),
        parameters => optim.Adagrad(parameters, FirstRate, weight_decay: decay, initial_accumulator_value: initialSum), inKernels);

    [Theory]
    [InlineData(1e-3)]
    [InlineData(0.25)]
    [InlineData(1e6)]
    public void Clipping(double maxNorm)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        using var ours = new RandomParameters();
        using var theirs = ours.Copy();
        using var model = new FlatModel(ours);
        randn(model.Bucket.Layout.Length).Floats().CopyTo(model.Bucket.All);
        theirs.TakeGradients(ours);

        double expected = nn.utils.clip_grad_norm_(theirs.parameters(), maxNorm);

        Assert.Equal(expected, model.ClipNorm(maxNorm).Norm, 1e-6 * expected);
        AssertClose(theirs.Gradients(), ours.Gradients(), step: 0);
    }

    private static void Compare(Func<FlatModel, IFlatOptimizer> create, Func<IEnumerable<TorchSharp.Modules.Parameter>, optim.Optimizer> createReference, bool inKernels = true)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var ours = new RandomParameters();
        using var theirs = ours.Copy();
        using var model = new FlatModel(ours);
        using var optimizer = create(model);
        using var reference = createReference(theirs.parameters());
        for (int step = 1; step <= Steps; step++)
        {
            // Some gradients are zero, as those of words that a batch does not hold are.
            float[] gradient = randn(model.Bucket.Layout.Length).Floats();
            gradient.AsSpan(10, 8).Clear();
            gradient.CopyTo(model.Bucket.All);
            theirs.TakeGradients(ours);
            double rate = FirstRate / step;
            foreach (var group in reference.ParamGroups)
            {
                group.LearningRate = rate;
            }

            Step(optimizer, rate, inKernels);
            reference.step();

            AssertClose(theirs.Values(), ours.Values(), step);
        }
    }

    // Those with moments have kernels for the host, and operators for every device.
    private static void Step(IFlatOptimizer optimizer, double rate, bool inKernels)
    {
        if (optimizer is MomentOptimizer moments)
        {
            moments.Step(rate, inKernels);
        }
        else
        {
            optimizer.Step(rate);
        }
    }

    private static void AssertClose(float[] expected, float[] actual, int step)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= 2e-6 * Math.Max(1, Math.Abs(expected[i])), $"step {step}, element {i}: {actual[i]:R} is not {expected[i]:R}");
        }
    }
}
