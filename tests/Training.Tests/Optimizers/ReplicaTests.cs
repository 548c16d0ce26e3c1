using Compression.Core.Kernels;
using Compression.Torch.Kernels;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

/// <summary>
/// Every rank takes the step from the averaged gradient by itself, and the replicas must stay one model on hosts with different numbers of threads: clipping of the average
/// and every optimizer give equal bits for any of them, at sizes that libtorch splits among threads.
/// </summary>
[Seeded]
public sealed class ReplicaTests
{
    public static TheoryData<string> Optimizers => ["sgd", "momentum", "adam", "adamw", "sign", "adagrad", "lamb 2019-05", "lamb v3"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void The_step_from_an_average_does_not_depend_on_the_number_of_threads(string optimizer)
    {
        var expected = Step(optimizer, threads: 1);
        Assert.True(expected.Norm > 1);
        foreach (int threads in new[] { 2, 3, 4, 7 })
        {
            var (norm, parameters) = Step(optimizer, threads);
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected.Norm), BitConverter.DoubleToInt64Bits(norm));
            Assert.True(expected.Parameters.AsSpan().SequenceEqual(parameters), $"{optimizer}, {threads} threads");
        }
    }

    private static (double Norm, float[] Parameters) Step(string optimizer, int threads)
    {
        using var scope = NewDisposeScope();
        using var team = new ThreadTeam(threads);
        using var use = KernelThreads.Use(team);
        manual_seed(3);
        using var module = new Large();
        using var model = new FlatModel(module);
        using IFlatOptimizer made = optimizer switch
        {
            "sgd" => new FlatSgd(model, 0, 0),
            "momentum" => new FlatSgd(model, 0.9, 0.01),
            "adam" => new FlatAdam(model, team, new AdamSettings { WeightDecay = 0.01 }),
            "adamw" => new FlatAdam(model, team, new AdamSettings { WeightDecay = 0.01, DecouplesDecay = true }),
            "sign" => FlatSgd.Create(model, 0, 0.01, UpdateRule.Sign),
            "adagrad" => new FlatAdagrad(model, team, 0.01),
            _ => new FlatLamb(model, team, 0.01, optimizer.EndsWith("v3", StringComparison.Ordinal) ? LambVersion.V3 : LambVersion.May2019),
        };
        double norm = 0;
        for (int step = 0; step < 3; step++)
        {
            var random = new Random(step);
            foreach (ref float value in model.Bucket.All)
            {
                value = (float)((random.NextDouble() - 0.5) * Math.Exp(10 * random.NextDouble()));
            }

            norm = model.ClipNorm(1).Norm;
            made.Step(0.1);
        }

        return (norm, [.. module.parameters().SelectMany(parameter => parameter.Floats())]);
    }

    private sealed class Large : nn.Module
    {
        public Large()
            : base(nameof(Large))
        {
            register_parameter("matrix", new Parameter(randn(1201, 703)));
            register_parameter("vector", new Parameter(randn(40_001)));
        }
    }
}
