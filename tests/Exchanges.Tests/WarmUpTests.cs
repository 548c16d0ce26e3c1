using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Exchanges.Tests;

/// <summary>A warm-up takes the ratio of any sparsifier that has one, whatever its option is called.</summary>
public sealed class WarmUpTests
{
    private const int Length = 10_000;

    [Theory]
    [InlineData(0, 2511)]
    [InlineData(3, 39)]
    [InlineData(4, 10)]
    public void A_share_of_another_name_is_relaxed_by_epochs(double epoch, int sent)
    {
        var layout = Pipelines.Layout(Length);
        var compressor = Pipelines.Plan("leading(share=0.001)", warmupEpochs: 4).CreateCompressor(layout, ThreadTeam.Single);
        var step = new StepContext(0, Seed: 1, Rank: 0, Epoch: epoch);
        float[] values = [.. Enumerable.Repeat(1f, Length)], decoded = new float[Length];
        var writer = new PayloadWriter();
        compressor.Compress(new GradientView(layout.Slots[0], values, values, step), writer);
        var reader = new PayloadReader(writer.Written);
        compressor.Decompress(ref reader, new GradientAccumulator(layout.Slots[0], decoded, 1, step));
        Assert.Equal(sent, decoded.Count(value => value != 0));
    }

    public sealed record LeadingOptions : IRatioOptions
    {
        [Option("share", "share of entries that is sent", Min = 0, Max = 1)]
        public double Ratio { get; init; } = 0.01;
    }

    [Algorithm("leading", AlgorithmRole.Sparsifier, "the first entries")]
    public sealed class LeadingSparsifier(LeadingOptions options) : ISparsifier
    {
        private readonly Scratch<int> _indices = new();

        public Selection Select(in GradientView gradient)
        {
            var indices = _indices.Take((int)(gradient.Step.RatioOf(options.Ratio) * gradient.Slot.Length));
            for (int i = 0; i < indices.Length; i++)
            {
                indices[i] = i;
            }

            return new Selection(indices, gradient.Compensated[..indices.Length]);
        }
    }
}
