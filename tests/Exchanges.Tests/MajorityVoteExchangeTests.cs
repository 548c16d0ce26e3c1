using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Exchanges.Tests;

/// <summary>Votes against a count, element by element.</summary>
public sealed class MajorityVoteExchangeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(64)]
    public void The_sign_is_what_most_say_and_the_scale_is_the_mean_magnitude(int workers)
    {
        var layout = Pipelines.Layout(77, 0, 1, 3000);
        var aggregators = Pipelines.Workers(Pipelines.Plan("sign", exchange: "majority"), layout, workers);
        for (int step = 0; step < 2; step++)
        {
            float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Sparse(layout.Length, (100 * step) + rank))];
            float[][] results = Pipelines.Aggregate(layout, aggregators, gradients, step);
            Assert.All(results, result => Assert.Equal(results[0], result));
            foreach (var slot in layout.Slots.Where(slot => slot.Length > 0))
            {
                double scale = gradients.Average(gradient => gradient.AsSpan(slot.Offset, slot.Length).ToArray().Average(value => Math.Abs((double)value)));
                for (int i = slot.Offset; i < slot.Offset + slot.Length; i++)
                {
                    int against = gradients.Count(gradient => gradient[i] < 0);
                    bool negative = 2 * against > workers || (2 * against == workers && i % 2 == step % 2);
                    Assert.Equal(negative ? -scale : scale, results[0][i], 1e-6);
                }
            }
        }
    }

    [Fact]
    public void Signum_votes_with_the_sign_of_its_velocity()
    {
        const int workers = 3;
        var layout = Pipelines.Layout(500);
        var aggregators = Pipelines.Workers(Pipelines.Plan("sign", exchange: "majority(momentum=0.5,scale=one)"), layout, workers);
        double[][] velocities = [.. Enumerable.Range(0, workers).Select(_ => new double[500])];
        for (int step = 0; step < 4; step++)
        {
            float[][] gradients = [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(500, (10 * step) + rank))];
            float[] result = Pipelines.Aggregate(layout, aggregators, gradients, step)[0];
            for (int i = 0; i < 500; i++)
            {
                for (int worker = 0; worker < workers; worker++)
                {
                    velocities[worker][i] = (0.5 * velocities[worker][i]) + (0.5 * gradients[worker][i]);
                }

                Assert.Equal(velocities.Count(velocity => velocity[i] < 0) >= 2 ? -1 : 1, result[i]);
            }
        }
    }

    [Theory]
    [InlineData("topk", "auto", "--compressor sign")]
    [InlineData("none", "auto", "allreduce")]
    [InlineData("sign", "residual", "tells no worker")]
    public void Only_signs_of_every_entry_are_voted_on_and_no_memory_goes_with_them(string compressor, string memory, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<UserErrorException>(() => Pipelines.Plan(compressor, memory, "majority")).Message, StringComparison.Ordinal);
}
