using Compression.Core.Contracts;
using Compression.Core.Tests;

namespace Compression.Memory.Tests;

/// <summary>Error feedback against the recursion p = βe + γg, e = p − sent, with a compressor that sends every third entry.</summary>
public sealed class ResidualMemoryTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.5, 1)]
    [InlineData(0.9, 0.3)]
    [InlineData(0, 1)]
    public void The_residual_follows_its_recursion(double beta, double gamma)
    {
        var memory = Create(beta, gamma);
        double[] residual = new double[1000];
        for (int step = 0; step < 5; step++)
        {
            float[] gradient = TestData.Gaussian(1000, seed: step);
            float[] sent = Memories.Turn(memory, gradient, step);
            for (int i = 0; i < 1000; i++)
            {
                residual[i] = (beta * residual[i]) + (gamma * gradient[i]);
                Assert.Equal(Memories.IsSent(i) ? residual[i] : 0, sent[i], 1e-5);
            }

            float[] held = Memories.Save(memory)["residual/a"];
            for (int i = 0; i < 1000; i++)
            {
                residual[i] = Memories.IsSent(i) ? 0 : residual[i];
                Assert.Equal(residual[i], held[i], 1e-5);
            }

            Assert.Equal(residual.Sum(value => value * value), memory.Residuals.Sum(part => part.ToArray().Sum(value => (double)value * value)), 1e-2);
        }
    }

    [Fact]
    public void The_gradient_is_left_as_it_is()
    {
        float[] gradient = TestData.Gaussian(Memories.Layout.Length);
        float[] copy = [.. gradient];
        Create().Compensate(Memories.Bucket(gradient), Memories.Step(0));
        Assert.Equal(copy, gradient);
    }

    [Fact]
    public void State_comes_back_bit_for_bit()
    {
        var memory = Create();
        memory.Compensate(Memories.Bucket(TestData.Extreme(Memories.Layout.Length)), Memories.Step(0));
        var state = new StateInMemory();
        memory.Save(state);
        var restored = Create();
        restored.Load(state);
        var zeros = Memories.Bucket([]);
        uint[] expected = [.. memory.Compensate(zeros, Memories.Step(1)).ToArray().Select(BitConverter.SingleToUInt32Bits)];
        uint[] actual = [.. restored.Compensate(zeros, Memories.Step(1)).ToArray().Select(BitConverter.SingleToUInt32Bits)];
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 1)]
    public void A_residual_in_step_units_is_rescaled_when_the_rate_falls(bool inStepUnits, float factor)
    {
        var context = Memories.Context with { ResidualInStepUnits = inStepUnits };
        var memory = new ResidualMemory(new ResidualOptions(), context);
        float[] gradient = TestData.Gaussian(Memories.Layout.Length);
        Memories.Turn(memory, gradient, rate: 20);
        var restored = new ResidualMemory(new ResidualOptions(), context);
        restored.Load(Memories.Save(memory));
        foreach (var either in new[] { memory, restored })
        {
            float[] compensated = either.Compensate(Memories.Bucket(gradient), Memories.Step(1, rate: 5)).ToArray();
            Assert.All(Enumerable.Range(0, gradient.Length), i =>
                Assert.Equal(Memories.IsSent(i) ? gradient[i] : (factor * gradient[i]) + gradient[i], compensated[i], 1e-6));
        }
    }

    [Fact]
    public void Without_memory_the_gradient_passes_and_nothing_is_kept()
    {
        IGradientMemory memory = new NoMemory();
        var bucket = Memories.Bucket(TestData.Gaussian(Memories.Layout.Length));
        Assert.True(memory.Compensate(bucket, Memories.Step(0)) == bucket.All);
        Assert.Equal(0, memory.Residuals.Sum(part => part.ToArray().Sum(value => (double)value * value)));
    }

    private static ResidualMemory Create(double beta = 1, double gamma = 1) =>
        new(new ResidualOptions { Beta = beta, Gamma = gamma }, Memories.Context);
}
