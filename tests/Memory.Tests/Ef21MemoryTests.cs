using Compression.Core.Tests;

namespace Compression.Memory.Tests;

/// <summary>EF21's recursion: C(g − h) is sent, h ← h + C(g − h), and the mean of all h is what the optimizer sees.</summary>
public sealed class Ef21MemoryTests
{
    [Fact]
    public void The_estimate_follows_the_gradient_and_the_result_is_the_mean_of_the_estimates()
    {
        const int workers = 3;
        Ef21Memory[] memories = [.. Enumerable.Range(0, workers).Select(_ => new Ef21Memory(Memories.Context))];
        int length = Memories.Layout.Length;
        double[][] estimates = [.. memories.Select(_ => new double[length])];
        for (int step = 0; step < 5; step++)
        {
            double[] mean = new double[length];
            for (int worker = 0; worker < workers; worker++)
            {
                float[] gradient = TestData.Gaussian(length, seed: (10 * step) + worker);
                float[] sent = Memories.Turn(memories[worker], gradient, step);
                for (int i = 0; i < length; i++)
                {
                    double expected = Memories.IsSent(i) ? gradient[i] - estimates[worker][i] : 0;
                    Assert.Equal(expected, sent[i], 1e-5);
                    estimates[worker][i] += expected;
                    mean[i] += sent[i] / (double)workers;
                }

                float[] own = [.. Memories.Save(memories[worker])["ef21-own/a"], .. Memories.Save(memories[worker])["ef21-own/b"]];
                Assert.All(Enumerable.Range(0, length), i => Assert.Equal(estimates[worker][i], own[i], 1e-5));
                double distance = Enumerable.Range(0, length).Sum(i => Math.Pow(gradient[i] - own[i], 2));
                Assert.Equal(distance, memories[worker].Residuals.Sum(part => part.ToArray().Sum(value => (double)value * value)), 1e-2);
            }

            var results = memories.Select(memory =>
            {
                var bucket = Memories.Bucket([.. mean.Select(value => (float)value)]);
                memory.Finish(bucket, Memories.Step(step));
                return bucket.All.ToArray();
            }).ToArray();
            Assert.All(results, result => Assert.Equal(results[0], result));
            Assert.All(Enumerable.Range(0, length), i => Assert.Equal(estimates.Average(estimate => estimate[i]), results[0][i], 1e-5));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void State_comes_back_bit_for_bit(bool writesResults)
    {
        var memory = new Ef21Memory(Memories.Context);
        Turn(memory, TestData.Gaussian(Memories.Layout.Length, 1), writesResults);
        var restored = new Ef21Memory(Memories.Context);
        restored.Load(Memories.Save(memory));
        float[] next = TestData.Gaussian(Memories.Layout.Length, 2);
        Assert.Equal(Turn(memory, next, writesResults), Turn(restored, next, writesResults));
        Assert.Equal(writesResults, Memories.Save(restored).Contains("ef21-mean/a"));
    }

    private static float[] Turn(Ef21Memory memory, float[] gradient, bool writesResults)
    {
        var bucket = Memories.Bucket(Memories.Turn(memory, gradient));
        if (writesResults)
        {
            memory.Finish(bucket, Memories.Step(0));
        }

        return bucket.All.ToArray();
    }
}
