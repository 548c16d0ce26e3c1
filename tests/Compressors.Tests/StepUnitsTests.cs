using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>In which unit a residual is kept behind sign, and for whom.</summary>
public sealed class StepUnitsTests
{
    private const int Length = 400;

    private static readonly double[] s_rates = [1, 1, 0.25, 0.25, 0.7, 0.1, 0.1, 2];

    /// <summary>Behind plain SGD the parameters go the way of Karimireddy et al. 2019, Algorithm 1, whatever the rates; the residual there is p − Δ.</summary>
    [Fact]
    public void Behind_plain_sgd_sign_is_the_papers_algorithm() => Assert.All(Reference(inSteps: true).Zip(Run("sign", isPlainSgd: true)), Close);

    /// <summary>Behind any other optimizer a residual is a gradient that is still due, and no rate touches it.</summary>
    [Fact]
    public void Behind_other_optimizers_the_residual_is_a_gradient() => Assert.All(Reference(inSteps: false).Zip(Run("sign", isPlainSgd: false)), Close);

    [Fact]
    public void Sparsified_sign_keeps_gradients_behind_any_optimizer() =>
        Assert.Equal(Run("topk(ratio=0.1)+sign", isPlainSgd: false), Run("topk(ratio=0.1)+sign", isPlainSgd: true));

    [Fact]
    public void The_two_ways_part_where_the_rate_changes() =>
        Assert.Contains(Reference(inSteps: true).Zip(Reference(inSteps: false)), pair => Math.Abs(pair.First - pair.Second) > 0.05);

    private static void Close((double Expected, double Actual) pair) => Assert.Equal(pair.Expected, pair.Actual, 2e-5);

    private static float[] Gradient(int step) => TestData.Gaussian(Length, seed: 40 + step);

    private static double[] Reference(bool inSteps)
    {
        double[] x = new double[Length], e = new double[Length];
        for (int step = 0; step < s_rates.Length; step++)
        {
            double rate = inSteps ? s_rates[step] : 1, outside = inSteps ? 1 : s_rates[step];
            float[] gradient = Gradient(step);
            double[] p = [.. gradient.Zip(e, (g, held) => (rate * g) + held)];
            double scale = p.Average(Math.Abs);
            for (int i = 0; i < Length; i++)
            {
                double delta = p[i] >= 0 ? scale : -scale;
                x[i] -= outside * delta;
                e[i] = p[i] - delta;
            }
        }

        return x;
    }

    private static double[] Run(string compressor, bool isPlainSgd)
    {
        var layout = Pipelines.Layout(Length);
        var plan = new CompressionComposer(Pipelines.Catalog).Compose(
            new CompressionRequest(compressor, "residual", "auto", 0, new Dictionary<string, string>()) { PlainSgd = isPlainSgd });
        var aggregator = plan.Create(layout, ThreadTeam.Single);
        double[] x = new double[Length];
        for (int step = 0; step < s_rates.Length; step++)
        {
            var bucket = new GradientBucket(layout, Gradient(step));
            using var cluster = new InProcessCluster(1);
            var context = Pipelines.Step(step: step) with { LearningRate = s_rates[step] };
            cluster.Run(communicator => aggregator.Aggregate(bucket, context, communicator));
            for (int i = 0; i < Length; i++)
            {
                x[i] -= s_rates[step] * bucket.All[i];
            }
        }

        return x;
    }
}
