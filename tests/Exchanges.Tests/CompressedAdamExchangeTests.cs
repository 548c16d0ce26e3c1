using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Exchanges.CompressedAdam;

namespace Compression.Exchanges.Tests;

/// <summary>When 0/1 Adam refreshes the second moment, and when its workers meet.</summary>
public sealed class CompressedAdamExchangeTests
{
    private static readonly ComponentContext s_context = new(BucketLayout.Create([("p", [3])]), ThreadTeam.Single, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void Refreshes_are_those_of_the_papers_recursion(int scaler)
    {
        const int Freeze = 500;
        var exchange = new ZeroOneAdamExchange(new ZeroOneAdamOptions { VarFreezeStep = Freeze, VarUpdateScaler = scaler }, s_context);

        // k₀ = 0, k_{j+1} − k_j = 2^⌊j/κ⌋ with steps counted from 1; DeepSpeed's counters give the same where κ is a power of two.
        var expected = new List<long>();
        long k = 0;
        for (int j = 0; ; j++)
        {
            k += 1L << (j / scaler);
            if (k > Freeze)
            {
                break;
            }

            expected.Add(k - 1);
        }

        Assert.Equal(expected, Enumerable.Range(0, Freeze).Select(step => (long)step).Where(step => exchange.StageOf(step) == MomentStage.Gradient));
    }

    [Fact]
    public void After_the_last_refresh_the_interval_of_meetings_doubles_up_to_its_limit()
    {
        var exchange = new ZeroOneAdamExchange(new ZeroOneAdamOptions { VarFreezeStep = 10, LocalStepScaler = 8, LocalStepClipper = 5 }, s_context);
        long[] meetings = [.. Enumerable.Range(10, 40).Select(step => (long)step).Where(step => exchange.StageOf(step) == MomentStage.FirstMoment)];
        Assert.Equal([10, 11, 12, 13, 14, 15, 16, 17, 19, 21, 23, 25, 29, 33, 37, 41, 45, 49], meetings);
        Assert.DoesNotContain(MomentStage.Gradient, Enumerable.Range(10, 40).Select(step => exchange.StageOf(step)));
    }
}
