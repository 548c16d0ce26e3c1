using Compression.Torch.Fused;
using TorchSharp;
using static Compression.Torch.Tests.Fused.FusedCase;
using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

[Seeded]
public class FusedDropoutTests
{
    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(0.5, 16_385)]
    [InlineData(0.9, 300_007)]
    public void Elements_are_dropped_with_the_probability_or_scaled_so_that_the_mean_stays(double probability, long length)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        float[] kept = Values.Floats(FusedDropout.Apply(ones(length), probability, training: true));
        float factor = (float)(1 / (1 - probability));
        Assert.All(kept, value => Assert.True(value == 0 || value == factor));
        double deviations = (kept.Count(value => value == 0) - (length * probability)) / Math.Sqrt(length * probability * (1 - probability));
        Assert.InRange(deviations, -4, 4);
    }

    [Fact]
    public void Neighbouring_stretches_are_independent()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        const int Stretch = 32, Length = 16_384 + (64 * Stretch);
        float[] kept = Values.Floats(FusedDropout.Apply(ones(Length), 0.5, training: true));
        var stretches = Enumerable.Range(0, Length / Stretch).Select(i => string.Concat(kept.Skip(i * Stretch).Take(Stretch).Select(value => value == 0 ? '0' : '1')));
        Assert.Equal(Length / Stretch, stretches.Distinct().Count());
    }

    [Fact]
    public void The_gradient_has_the_same_mask_and_the_number_of_threads_does_not_change_it()
    {
        using DisposeScope scope = NewDisposeScope();
        var results = new List<Tensor>();
        foreach (int threads in new[] { 1, 2, 3 })
        {
            WithThreads(threads, () =>
            {
                manual_seed(3);
                Tensor x = ones(70, 700).requires_grad_();
                Tensor y = FusedDropout.Apply(x, 0.3, training: true);
                y.sum().backward();
                Assert.True(BitEqual(y, x.grad!));
                results.Add(y);
            });
        }

        Assert.All(results, y => Assert.True(BitEqual(results[0], y)));
        Assert.False(BitEqual(results[0], FusedDropout.Apply(ones(70, 700), 0.3, training: true)));
    }

    [Fact]
    public void Nothing_is_dropped_outside_of_training_or_with_probability_0()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn(7, 9);
        Assert.True(BitEqual(x, FusedDropout.Apply(x, 0.5, training: false)));
        Assert.True(BitEqual(x, FusedDropout.Apply(x, 0, training: true)));
    }
}
