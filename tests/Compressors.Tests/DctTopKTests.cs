using Compression.Compressors.Sparsifiers.DctTopK;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>DeMo's transform and choice against the formula of the DCT-II in double precision.</summary>
public sealed class DctTopKTests
{
    /// <summary>Shapes, and the sides of their tiles.</summary>
    public static TheoryData<int[], int, int> Shapes => new()
    {
        { [64, 64], 64, 64 },
        { [192, 128], 64, 64 },
        { [150, 200], 50, 50 },
        { [67, 30], 1, 30 },
        { [1000], 1, 50 },
        { [64], 1, 64 },
        { [67], 1, 1 },
        { [1], 1, 1 },
        { [3, 4, 10], 12, 10 },
        { [81, 63], 27, 63 },
        { [122, 66], 61, 33 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_transform_is_the_formula_keeps_lengths_and_is_undone_by_its_inverse(int[] shape, int height, int width)
    {
        var slot = Slot(shape);
        var grid = TileGrid.Of(slot, 64);
        Assert.Equal((height, width), (grid.Height, grid.Width));
        var sparsifier = new DctTopKSparsifier(new DctTopKOptions { Count = 4096 }, new ComponentContext(Pipelines.Layout(1), ThreadTeam.Single, 0));
        float[] values = TestData.Gaussian(slot.Length), coefficients = Coefficients(values);
        double[] expected = Forward(grid, values);
        Assert.All(Enumerable.Range(0, slot.Length), i => Assert.Equal(expected[i], coefficients[i], 5e-6));
        Assert.Equal(1, Norm(coefficients) / Norm(values), 1e-6);

        // The inverse of the transform, and the transform of the inverse.
        float[] back = new float[slot.Length];
        sparsifier.AddTo(new GradientAccumulator(slot, back, 1, Pipelines.Step()), [.. Enumerable.Range(0, slot.Length)], coefficients, ThreadTeam.Single);
        Assert.InRange(Pairs.Distance(back, values) / Norm(values), 0, 1e-6);
        Assert.InRange(Pairs.Distance(Coefficients(back), coefficients) / Norm(values), 0, 1e-6);

        float[] Coefficients(float[] of) => sparsifier.Select(new GradientView(slot, of, of, Pipelines.Step())).Values.ToArray();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Peers_get_the_inverse_of_the_largest_coefficients_of_every_tile(int[] shape, int height, int width)
    {
        var slot = Slot(shape);
        var grid = TileGrid.Of(slot, 64);
        float[] values = TestData.Gaussian(slot.Length);
        double[] all = Forward(grid, values), chosen = new double[slot.Length];
        foreach (int[] tile in Enumerable.Range(0, slot.Length).Chunk(height * width))
        {
            foreach (int i in tile.OrderByDescending(i => Math.Abs(all[i])).Take(20))
            {
                chosen[i] = all[i];
            }
        }

        float[] decoded = Decode("dcttopk(k=20)", slot, values);
        double[] expected = Inverse(grid, chosen);
        Assert.All(Enumerable.Range(0, slot.Length), i => Assert.Equal(expected[i], decoded[i], 1e-5));
    }

    /// <summary>What many sent is added by coefficients and transformed back once: as if each had been transformed back, on any number of threads.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_sum_of_coefficients_is_transformed_back_to_the_sum_of_the_gradients(int[] shape, int height, int width)
    {
        Assert.Equal(height * width, TileGrid.Of(Slot(shape), 64).TileLength);
        var slot = Slot(shape);
        var layout = BucketLayout.Create([(slot.Name, (IReadOnlyList<long>)slot.Shape)]);
        using var team = new ThreadTeam(3);
        var plan = Pipelines.Plan("dcttopk(k=20)");
        var (alone, together) = (plan.CreateCompressor(layout, ThreadTeam.Single), plan.CreateCompressor(layout, team));
        float[] each = new float[slot.Length], once = new float[slot.Length], onThreads = new float[slot.Length];
        for (int worker = 0; worker < 3; worker++)
        {
            byte[] payload = Pipelines.RoundTrip(alone, slot, TestData.Gaussian(slot.Length, seed: worker)).Payload;
            Assert.Equal(payload, Pipelines.RoundTrip(together, slot, TestData.Gaussian(slot.Length, seed: worker)).Payload);
            Add(alone, payload, each, asCoefficients: false);
            Add(alone, payload, once, asCoefficients: true);
            Add(together, payload, onThreads, asCoefficients: true);
        }

        alone.TransformBack(slot, once, Pipelines.Step());
        together.TransformBack(slot, onThreads, Pipelines.Step());
        Assert.Equal(once, onThreads);
        Assert.All(Pairs.Of(each, once), pair => Assert.Equal(pair.First, pair.Second, 2e-5));

        void Add(ICompressor compressor, byte[] payload, float[] sum, bool asCoefficients)
        {
            var reader = new PayloadReader(payload);
            compressor.Decompress(ref reader, new GradientAccumulator(slot, sum, 1, Pipelines.Step()) { TakesCoefficients = asCoefficients });
        }
    }

    [Fact]
    public void All_coefficients_of_a_tile_are_the_gradient()
    {
        var slot = Slot([128, 192]);
        float[] values = TestData.Gaussian(slot.Length), decoded = Decode("dcttopk(k=4096)", slot, values);
        Assert.All(Pairs.Of(values, decoded), pair => Assert.Equal(pair.First, pair.Second, 3e-6));
    }

    /// <summary>An exchange that merges entries would merge coefficients, which a choice of entries is not.</summary>
    [Fact]
    public void An_exchange_of_entries_refuses_coefficients()
    {
        Pipelines.Plan("topk+float32", exchange: "gtopk");
        var refusal = Assert.Throws<UserErrorException>(() => Pipelines.Plan("dcttopk+float32", exchange: "gtopk"));
        Assert.Contains("gtopk", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>m ← βm + ηg and m ← m − sent, at rates that change; what is sent is divided by the rate.</summary>
    [Theory]
    [InlineData(0.999)]
    [InlineData(0.5)]
    [InlineData(0)]
    public void The_momentum_is_what_was_not_sent_and_decays(double decay)
    {
        const int length = 128 * 64;
        var layout = BucketLayout.Create([("p", (IReadOnlyList<long>)[128, 64])]);
        var plan = Pipelines.Plan($"dcttopk(k=100)", FormattableString.Invariant($"demo(decay={decay})"));
        var aggregator = plan.Create(layout, ThreadTeam.Single);
        var grid = TileGrid.Of(layout.Slots[0], 64);
        double[] momentum = new double[length];
        using var alone = new Core.Communication.LocalCommunicator();
        for (int step = 0; step < 5; step++)
        {
            double rate = 0.1 / (step + 1);
            float[] gradient = TestData.Gaussian(length, seed: step);
            momentum = [.. momentum.Zip(gradient, (m, g) => (decay * m) + (rate * g))];
            float[] bucket = [.. gradient];
            aggregator.Aggregate(new GradientBucket(layout, bucket), Pipelines.Step(step: step) with { LearningRate = rate }, alone);
            double[] coefficients = Forward(grid, momentum), chosen = new double[length];
            foreach (int[] tile in Enumerable.Range(0, length).Chunk(grid.TileLength))
            {
                foreach (int i in tile.OrderByDescending(i => Math.Abs(coefficients[i])).Take(100))
                {
                    chosen[i] = coefficients[i];
                }
            }

            double[] sent = Inverse(grid, chosen);
            Assert.All(Enumerable.Range(0, length), i => Assert.Equal(sent[i] / rate, bucket[i], 2e-5));
            momentum = [.. momentum.Zip(sent, (m, s) => m - s)];
        }
    }

    [Fact]
    public void Demo_of_whole_tiles_without_decay_sends_the_mean_gradient()
    {
        var layout = BucketLayout.Create([("matrix", (IReadOnlyList<long>)[128, 64]), ("vector", [100])]);
        float[][] gradients = [.. Enumerable.Range(0, 3).Select(worker => TestData.Gaussian(layout.Length, seed: worker))];
        float[][] averages = Pipelines.Aggregate(layout, Pipelines.Workers(Pipelines.Plan("dcttopk(k=4096)", "demo(decay=0)"), layout, 3), gradients);
        for (int i = 0; i < layout.Length; i++)
        {
            double mean = gradients.Average(gradient => (double)gradient[i]);
            Assert.Equal(mean, averages[0][i], 3e-6);
            Assert.True(Math.Abs(mean) < 3e-6 || Math.Sign(mean) == Math.Sign(averages[0][i]));
        }
    }

    private static double[] Forward(TileGrid grid, IReadOnlyList<float> values) => Forward(grid, [.. values.Select(value => (double)value)]);

    private static double[] Forward(TileGrid grid, double[] values)
    {
        double[] coefficients = new double[values.Length];
        for (int tile = 0; tile < grid.Count; tile++)
        {
            double[,] rows = new double[grid.Height, grid.Width];
            for (int i = 0; i < grid.Height; i++)
            {
                for (int l = 0; l < grid.Width; l++)
                {
                    for (int j = 0; j < grid.Width; j++)
                    {
                        rows[i, l] += Basis(grid.Width, l, j) * values[grid.StartOf(tile) + (i * grid.Columns) + j];
                    }
                }
            }

            for (int k = 0; k < grid.Height; k++)
            {
                for (int l = 0; l < grid.Width; l++)
                {
                    coefficients[(tile * grid.TileLength) + (k * grid.Width) + l] = Enumerable.Range(0, grid.Height).Sum(i => Basis(grid.Height, k, i) * rows[i, l]);
                }
            }
        }

        return coefficients;
    }

    // By the definition of a transpose: entry (i, j) is the product of the coefficients and the transform of that entry alone, row by row.
    private static double[] Inverse(TileGrid grid, double[] coefficients)
    {
        double[] values = new double[coefficients.Length];
        for (int tile = 0; tile < grid.Count; tile++)
        {
            for (int at = 0; at < grid.TileLength; at++)
            {
                double coefficient = coefficients[(tile * grid.TileLength) + at];
                for (int i = 0; coefficient != 0 && i < grid.Height; i++)
                {
                    for (int j = 0; j < grid.Width; j++)
                    {
                        values[grid.StartOf(tile) + (i * grid.Columns) + j] += coefficient * Basis(grid.Height, at / grid.Width, i) * Basis(grid.Width, at % grid.Width, j);
                    }
                }
            }
        }

        return values;
    }

    private static double Basis(int n, int k, int j) => Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * ((2 * j) + 1) * k / (2.0 * n));

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    private static ParameterSlot Slot(int[] shape) => BucketLayout.Create([("p", (IReadOnlyList<long>)[.. shape.Select(size => (long)size)])]).Slots[0];

    private static float[] Decode(string composition, ParameterSlot slot, float[] values)
    {
        var layout = BucketLayout.Create([(slot.Name, (IReadOnlyList<long>)slot.Shape)]);
        return Pipelines.RoundTrip(Pipelines.Plan(composition).CreateCompressor(layout, ThreadTeam.Single), slot, values).Decoded;
    }
}
