using System.Runtime.InteropServices;
using Compression.Core.Kernels;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.TransformerXl;

public sealed class OptimizerTests
{
    private const int Steps = 5;

    [Theory]
    [InlineData(LambVersion.May2019, 0.0, 0.5)]
    [InlineData(LambVersion.May2019, 0.1, 0.5)]
    [InlineData(LambVersion.V3, 0.0, 0.5)]
    [InlineData(LambVersion.V3, 0.1, 3)]
    public void Lamb_is_its_definition_in_double_precision(LambVersion version, double decay, double scale)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var module = new Parameters(scale);
        using var model = new FlatModel(module);
        using var optimizer = new FlatLamb(model, KernelTeam.Single, decay, version);
        var slots = model.Bucket.Layout.Slots;
        double[] p = [.. Values(model.FlatParameters).Select(value => (double)value)], m = new double[p.Length], v = new double[p.Length], u = new double[p.Length];
        for (int step = 1; step <= Steps; step++)
        {
            float[] gradient = Values(randn(p.Length));
            gradient.CopyTo(model.Bucket.All);
            optimizer.Step(0.01);
            bool early = version == LambVersion.May2019;
            for (int i = 0; i < p.Length; i++)
            {
                double g = gradient[i] + (early ? decay * p[i] : 0);
                m[i] = (0.9 * m[i]) + (0.1 * g);
                v[i] = (0.999 * v[i]) + (0.001 * g * g);
                double first = early ? m[i] / (1 - Math.Pow(0.9, step)) : m[i], second = early ? v[i] / (1 - Math.Pow(0.999, step)) : v[i];
                u[i] = (first / (Math.Sqrt(second) + 1e-6)) + (early ? 0 : decay * p[i]);
            }

            foreach (var slot in slots)
            {
                var part = Enumerable.Range(slot.Offset, slot.Length).ToList();
                double weights = Math.Sqrt(part.Average(i => p[i] * p[i])), direction = Math.Sqrt(part.Average(i => u[i] * u[i])), size = Math.Sqrt(slot.Length);
                double trust = weights == 0 ? 1 : early ? Math.Min(weights / direction, 10) : Math.Min(weights * size, 10) / (direction * size);
                part.ForEach(i => p[i] -= 0.01 * trust * u[i]);
            }
        }

        AssertClose(p, Values(model.FlatParameters));
    }

    [Theory]
    [InlineData("adam", 0.0)]
    [InlineData("adam", 0.1)]
    [InlineData("adagrad", 0.0)]
    [InlineData("adagrad", 0.1)]
    public void Adam_and_Adagrad_are_PyTorchs(string name, double decay)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var ours = new Parameters(1);
        using var theirs = new Parameters(1);
        using var model = new FlatModel(ours);
        foreach (var (from, to) in ours.parameters().Zip(theirs.parameters()))
        {
            using var unrecorded = no_grad();
            to.copy_(from);
        }

        using IFlatOptimizer optimizer = name == "adam" ? new FlatAdam(model, KernelTeam.Single, decay) : new FlatAdagrad(model, KernelTeam.Single, decay);
        using optim.Optimizer reference = name == "adam"
            ? optim.Adam(theirs.parameters(), 0.01, weight_decay: decay)
            : optim.Adagrad(theirs.parameters(), 0.01, weight_decay: decay);
        for (int step = 0; step < Steps; step++)
        {
            Values(randn(model.Bucket.Layout.Length)).CopyTo(model.Bucket.All);
            foreach (var (from, to) in ours.parameters().Zip(theirs.parameters()))
            {
                to.grad = from.grad!.clone();
            }

            optimizer.Step(0.01);
            reference.step();
        }

        float[] expected = [.. theirs.parameters().SelectMany(parameter => Values(parameter.detach()))];
        AssertClose([.. expected.Select(value => (double)value)], Values(model.FlatParameters));
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-6 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    private static float[] Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes).ToArray();

    // One of them zero, one longer than a vector register and not a multiple of it.
    private sealed class Parameters : nn.Module
    {
        public Parameters(double scale)
            : base(nameof(Parameters))
        {
            register_parameter("matrix", new Parameter(randn(7, 9) * scale));
            register_parameter("zero", new Parameter(zeros(5)));
            register_parameter("vector", new Parameter(randn(3) * 20));
        }
    }
}
