using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Tests;
using Compression.Exchanges;

namespace Compression.Compressors.Tests;

/// <summary>Compressors that add the residual while they choose, against those that are given the sum.</summary>
public sealed class DeferredCompensationTests
{
    [Theory]
    [InlineData("topk(ratio=0.01)", 1, 1)]
    [InlineData("topk(ratio=0.001)+sign", 0.9, 0.7)]
    [InlineData("topk(ratio=0.6)", 1, 1)]
    [InlineData("threshold(tau=0.5)", 0.9, 1)]
    [InlineData("dgc(ratio=0.01)", 1, 0.5)]
    public void Adding_and_choosing_in_one_pass_gives_the_bits_of_two_passes(string compressor, double beta, double gamma)
    {
        var layout = Pipelines.Layout(5, 100_003, 0, 20_000);
        var plan = Pipelines.Plan(compressor);
        IGradientAggregator Create(bool inTwoPasses)
        {
            var context = new Core.Contracts.ComponentContext(layout, ThreadTeam.Single, 0) { HasMemory = true };
            var made = plan.CreateCompressor(layout, ThreadTeam.Single);
            Assert.True(made.CompletesSum);
            var memory = new Memory.ResidualMemory(new Memory.ResidualOptions { Beta = beta, Gamma = gamma }, context);
            return new AllGatherExchange(inTwoPasses ? new NeedsTheSum(made) : made, memory, context);
        }

        IGradientAggregator[] fused = [Create(inTwoPasses: false)], plain = [Create(inTwoPasses: true)];
        for (int step = 0; step < 4; step++)
        {
            float[] gradient = TestData.Gaussian(layout.Length, seed: step);
            float[] expected = Pipelines.Aggregate(layout, plain, [gradient], step)[0];
            Assert.True(expected.AsSpan().SequenceEqual(Pipelines.Aggregate(layout, fused, [gradient], step)[0]));
            Assert.Equal(Pipelines.SumOfResiduals(plain, layout.Length), Pipelines.SumOfResiduals(fused, layout.Length));
        }
    }

    // Hides that a compressor could add up by itself.
    private sealed class NeedsTheSum(ICompressor inner) : ICompressor
    {
        public void Compress(in Core.Contracts.GradientView gradient, Core.Payloads.PayloadWriter writer) => inner.Compress(gradient, writer);

        public void Decompress(ref Core.Payloads.PayloadReader reader, Core.Contracts.GradientAccumulator destination) =>
            inner.Decompress(ref reader, destination);
    }
}
