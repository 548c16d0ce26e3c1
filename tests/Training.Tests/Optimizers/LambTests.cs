using Compression.Core.Kernels;
using Compression.Training.Models;
using Compression.Training.Optimizers;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

[Seeded]
public sealed class LambTests
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
        using var module = new RandomParameters(scale);
        using var model = new FlatModel(module);
        using var optimizer = new FlatLamb(model, KernelTeam.Single, decay, version);
        var slots = model.Bucket.Layout.Slots;
        double[] p = [.. model.FlatParameters.Floats().Select(value => (double)value)], m = new double[p.Length], v = new double[p.Length], u = new double[p.Length];
        for (int step = 1; step <= Steps; step++)
        {
            float[] gradient = randn(p.Length).Floats();
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

        AssertClose(p, model.FlatParameters.Floats());
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-6 * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
