using Compression.Core.Tests;
using Compression.Memory.Momentum;

namespace Compression.Memory.Tests;

/// <summary>DGC's recursion in double precision: u ← mu + g, v ← v + u, and u = v = 0 where an entry was sent.</summary>
public sealed class MomentumMemoryTests
{
    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.9, false)]
    [InlineData(0, true)]
    public void Velocity_and_residual_follow_the_recursion(double momentum, bool masking)
    {
        var memory = Create(momentum, masking);
        double[] velocity = new double[1000], residual = new double[1000];
        for (int step = 0; step < 6; step++)
        {
            float[] gradient = TestData.Gaussian(1000, seed: step);
            float[] sent = Memories.Turn(memory, gradient, step);
            for (int i = 0; i < 1000; i++)
            {
                velocity[i] = (momentum * velocity[i]) + gradient[i];
                residual[i] += velocity[i];
                Assert.Equal(Memories.IsSent(i) ? residual[i] : 0, sent[i], 1e-5);
                residual[i] = Memories.IsSent(i) ? 0 : residual[i];
                velocity[i] = Memories.IsSent(i) && masking ? 0 : velocity[i];
            }

            var state = Memories.Save(memory);
            for (int i = 0; i < 1000; i++)
            {
                Assert.Equal(velocity[i], state["velocity/a"][i], 1e-5);
                Assert.Equal(residual[i], state["residual/a"][i], 1e-5);
                Assert.True(!Memories.IsSent(i) || state["residual/a"][i] == 0, "what was sent in full leaves nothing");
            }

            Assert.Equal(residual.Sum(value => value * value), memory.Residuals.Sum(part => part.ToArray().Sum(value => (double)value * value)), 1e-2);
        }
    }

    [Fact]
    public void A_slot_that_is_sent_whole_keeps_its_velocity_and_the_quantizers_error()
    {
        var memory = Create(0.5, masking: true);
        float[] gradient = TestData.Gaussian(Memories.Layout.Length);
        Memories.Turn(memory, gradient, compressor: new Memories.HalfOfAll());
        var state = Memories.Save(memory);
        Assert.Equal(gradient[..1000], state["velocity/a"]);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(gradient[i] / 2, state["residual/a"][i]));
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(16, 0.5)]
    [InlineData(4, 1e6)]
    public void The_gradient_is_clipped_at_the_threshold_divided_by_the_root_of_the_workers(int workers, double threshold)
    {
        var memory = new MomentumMemory(new MomentumOptions { Clipping = threshold }, Memories.Context with { Workers = workers });
        float[] gradient = TestData.Gaussian(Memories.Layout.Length);
        float[] compensated = memory.Compensate(Memories.Bucket(gradient), Memories.Step(0)).ToArray();
        double norm = Math.Sqrt(gradient.Sum(value => (double)value * value)), limit = threshold / Math.Sqrt(workers);
        Assert.Equal(Math.Min(norm, limit), Math.Sqrt(compensated.Sum(value => (double)value * value)), 1e-4 * Math.Min(norm, limit));
        Assert.All(Enumerable.Range(0, gradient.Length), i => Assert.Equal(gradient[i] * Math.Min(1, limit / norm), compensated[i], 1e-5));
    }

    [Fact]
    public void State_comes_back_bit_for_bit()
    {
        var memory = Create(0.9, masking: true);
        Memories.Turn(memory, TestData.Extreme(Memories.Layout.Length));
        var restored = Create(0.9, masking: true);
        restored.Load(Memories.Save(memory));
        float[] next = TestData.Gaussian(Memories.Layout.Length);
        Assert.Equal(
            Memories.Turn(memory, next, 1).Select(BitConverter.SingleToUInt32Bits), Memories.Turn(restored, next, 1).Select(BitConverter.SingleToUInt32Bits));
    }

    private static MomentumMemory Create(double momentum, bool masking) =>
        new MomentumMemory(new MomentumOptions { Momentum = momentum, Masking = masking }, Memories.Context);
}
