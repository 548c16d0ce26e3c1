using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Exchanges.Tests;

/// <summary>PowerSGD against its definition in double precision.</summary>
public sealed class PowerSgdExchangeTests
{
    private const int Rows = 24;
    private const int Width = 37;

    private static readonly BucketLayout s_layout = BucketLayout.Create([("p0", [Rows, Width]), ("p1", [11]), ("p2", [5, 2, 3])]);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void At_full_rank_the_result_is_the_dense_mean(int workers)
    {
        var aggregators = Workers("powersgd(rank=1000)", workers);
        for (int step = 0; step < 3; step++)
        {
            float[][] gradients = Gradients(workers, step);
            float[] result = Pipelines.Aggregate(s_layout, aggregators, gradients, step)[0];
            Assert.All(Enumerable.Range(0, s_layout.Length), i => Assert.Equal(gradients.Average(gradient => (double)gradient[i]), result[i], 1e-5));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 8)]
    public void A_step_goes_on_from_the_last_steps_columns(int rank, int workers)
    {
        var aggregators = Workers($"powersgd(rank={rank})", workers);
        Pipelines.Aggregate(s_layout, aggregators, Gradients(workers, 0));
        float[][] residuals = [.. aggregators.Select(aggregator => StateOf(aggregator)["residual/p0"])];
        float[] start = StateOf(aggregators[0])["powersgd/p0"];
        Assert.All(aggregators, aggregator => Assert.Equal(start, StateOf(aggregator)["powersgd/p0"]));

        float[][] gradients = Gradients(workers, 1);
        float[] result = Pipelines.Aggregate(s_layout, aggregators, gradients, 1)[0];
        double[] mean = [.. Enumerable.Range(0, Rows * Width).Select(i =>
            Enumerable.Range(0, workers).Average(worker => (double)gradients[worker][i] + residuals[worker][i]))];
        double[] expected = Reference(mean, start, rank);
        for (int i = 0; i < Rows * Width; i++)
        {
            Assert.Equal(expected[i], result[i], 2e-5);
            for (int worker = 0; worker < workers; worker++)
            {
                Assert.Equal(gradients[worker][i] + residuals[worker][i] - result[i], StateOf(aggregators[worker])["residual/p0"][i], 1e-6);
            }
        }

        for (int i = Rows * Width; i < (Rows * Width) + 11; i++)
        {
            Assert.Equal(gradients.Average(gradient => (double)gradient[i]), result[i], 1e-6);
        }
    }

    [Fact]
    public void A_warm_start_comes_closer_than_a_random_one()
    {
        double Error(string exchange)
        {
            // The same matrix in each step, of slowly falling singular values; what was held back is forgotten, so that the start alone counts.
            float[] gradient = TestData.Gaussian(s_layout.Length);
            var state = new StateInMemory();
            float[] result = [];
            for (int step = 0; step < 6; step++)
            {
                var aggregators = Workers(exchange, 1);
                if (step > 0)
                {
                    aggregators[0].Load(state);
                }

                result = Pipelines.Aggregate(s_layout, aggregators, [gradient], step)[0];
                state = StateOf(aggregators[0]);
                Array.Clear(state["residual/p0"]);
                Array.Clear(state["residual/p2"]);
            }

            return Enumerable.Range(0, Rows * Width).Sum(i => Math.Pow(gradient[i] - result[i], 2));
        }

        Assert.True(Error("powersgd(rank=2)") < 0.97 * Error("powersgd(rank=2,warm_start=false)"));
    }

    [Fact]
    public void Zero_gradients_are_zero_and_later_ones_find_a_direction()
    {
        var aggregators = Workers("powersgd(rank=2)", 2);
        float[] zeros = new float[s_layout.Length];
        Assert.All(Pipelines.Aggregate(s_layout, aggregators, [zeros, zeros])[0], value => Assert.Equal(0, value));
        float[] result = Pipelines.Aggregate(s_layout, aggregators, Gradients(2, 1), 1)[0];
        Assert.All(s_layout.Slots, slot => Assert.Contains(result.AsSpan(slot.Offset, slot.Length).ToArray(), value => value != 0));
    }

    [Theory]
    [InlineData("topk", "auto", "allgather")]
    [InlineData("none", "residual", "keeps by itself")]
    public void It_takes_dense_gradients_and_no_memory(string compressor, string memory, string reason) => Assert.Contains(
        reason, Assert.Throws<UserErrorException>(() => Pipelines.Plan(compressor, memory, "powersgd")).Message, StringComparison.Ordinal);

    private static IGradientAggregator[] Workers(string exchange, int count) => Pipelines.Workers(Pipelines.Plan("none", exchange: exchange), s_layout, count);

    private static float[][] Gradients(int workers, int step) =>
        [.. Enumerable.Range(0, workers).Select(rank => TestData.Gaussian(s_layout.Length, (10 * step) + rank))];

    private static StateInMemory StateOf(IGradientAggregator aggregator)
    {
        var state = new StateInMemory();
        aggregator.Save(state);
        return state;
    }

    // P = MQ, orthonormal by Gram and Schmidt; then P(MᵀP)ᵀ = PPᵀM.
    private static double[] Reference(double[] matrix, float[] start, int rank)
    {
        var basis = new List<double[]>();
        for (int c = 0; c < rank; c++)
        {
            double[] column = [.. Enumerable.Range(0, Rows).Select(i => Enumerable.Range(0, Width).Sum(j => matrix[(i * Width) + j] * start[(c * Width) + j]))];
            foreach (double[] before in basis)
            {
                double dot = column.Zip(before, (a, b) => a * b).Sum();
                column = [.. column.Zip(before, (a, b) => a - (dot * b))];
            }

            double length = Math.Sqrt(column.Sum(x => x * x));
            basis.Add([.. column.Select(x => x / length)]);
        }

        double[] result = new double[matrix.Length];
        foreach (double[] column in basis)
        {
            for (int j = 0; j < Width; j++)
            {
                double dot = Enumerable.Range(0, Rows).Sum(i => matrix[(i * Width) + j] * column[i]);
                for (int i = 0; i < Rows; i++)
                {
                    result[(i * Width) + j] += column[i] * dot;
                }
            }
        }

        return result;
    }
}
