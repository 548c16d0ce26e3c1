using Compression.Compressors.Sparsifiers.GaussianK;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Each sparsifier against its paper's definition, written plainly.</summary>
public sealed class SparsifierTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(3.0)]
    [InlineData(0.0)]
    public void Threshold_sends_what_exceeds_tau_and_nothing_else(double tau)
    {
        float[] values = [.. TestData.Gaussian(10_001), (float)tau, -(float)tau, 0f];
        float[] sent = Send($"threshold(tau={tau})", values);
        Assert.All(Pairs.Of(values, sent), pair => Assert.Equal(Math.Abs(pair.First) > (float)tau ? pair.First : 0, pair.Second));
    }

    [Fact]
    public void Threshold_may_send_nothing() => Assert.All(Send("threshold(tau=100)", TestData.Gaussian(1000)), value => Assert.Equal(0, value));

    [Theory]
    [InlineData(500, 1)]
    [InlineData(50, 1)]
    [InlineData(7, 1)]
    [InlineData(16384, 1)]
    [InlineData(500, 0)]
    [InlineData(50, 2.35)]
    [InlineData(500, 3)]
    public void Adacomp_follows_its_algorithm_with_residual_and_step_apart(int bin, double compensation)
    {
        float[] residual = TestData.Gaussian(100_003, seed: 1), step = TestData.Sparse(100_003, seed: 2);
        float[] g = [.. residual.Zip(step, (r, d) => r + d)];
        double sumOfMaxima = 0;
        float[] expected = new float[g.Length];
        float[] sent = Send(Invariant($"adacomp(bin={bin},compensation={compensation})+float32"), g, raw: step);
        foreach (int[] members in Enumerable.Range(0, g.Length).Chunk(bin))
        {
            float largest = members.Max(i => Math.Abs(g[i]));
            sumOfMaxima += largest;
            foreach (int i in members.Where(_ => largest > 0))
            {
                // Where a sum meets the maximum to the last bits, floats may decide otherwise than doubles.
                double h = Math.Abs(g[i] + (compensation * step[i]));
                bool isClose = step[i] != 0 && Math.Abs(h - largest) < 1e-6 * largest;
                expected[i] = (isClose ? sent[i] != 0 : h >= largest) ? g[i] : 0;
            }
        }

        Assert.Equal(expected, sent);

        float scale = (float)(sumOfMaxima / ((g.Length + bin - 1) / bin));
        float[] own = Send(Invariant($"adacomp(bin={bin},compensation={compensation})"), g, raw: step);
        Assert.All(Enumerable.Range(0, g.Length), i => Assert.Equal(expected[i] == 0 ? 0 : Math.CopySign(scale, expected[i]), own[i], 1e-6));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    public void Adacomp_needs_no_more_than_the_papers_8_or_16_bits_an_entry(int bin)
    {
        float[] residual = TestData.Gaussian(1_000_000), step = TestData.Gaussian(1_000_000, seed: 2);
        float[] g = [.. residual.Zip(step, (r, d) => (3 * r) + d)];
        int sent = Send($"adacomp(bin={bin})", g, out int bytes, raw: step).Count(value => value != 0);
        Assert.InRange(8.0 * bytes / sent, 1, bin <= 64 ? 8 : 11);
    }

    [Fact]
    public void A_bin_of_zeros_sends_nothing() => Assert.Equal(
        [0f, 0f, 0f, 2f, 0f, 0f], Send("adacomp(bin=3)+float32", [0f, 0f, 0f, 2f, 0f, 0f]));

    [Theory]
    [InlineData(1.0)]
    [InlineData(2.0)]
    public void Variance_follows_its_algorithm_over_steps(double alpha)
    {
        const int length = 20_003;
        const double zeta = 0.9;
        var compressor = Create($"variance(alpha={alpha},zeta={zeta})+float32", length, out var slot);
        double[] r = new double[length], v = new double[length];
        for (int step = 0; step < 6; step++)
        {
            float[] gradient = TestData.Gaussian(length, seed: step), squares = [.. TestData.Gaussian(length, seed: 100 + step).Select(x => 2 * x * x)];
            float[] sent = Decode(compressor, slot, gradient, gradient, squares, step, out _);
            for (int i = 0; i < length; i++)
            {
                r[i] += gradient[i];
                v[i] += squares[i];
                bool isSent = r[i] * r[i] > alpha * v[i];

                // Where both sides agree to the last bits, floats may decide otherwise than doubles.
                if (Math.Abs((r[i] * r[i]) - (alpha * v[i])) > 1e-4 * v[i])
                {
                    Assert.Equal(isSent ? r[i] : 0, sent[i], 1e-4);
                }

                isSent = sent[i] != 0;
                (r[i], v[i]) = isSent ? (0, 0) : (r[i], zeta * v[i]);
            }
        }
    }

    [Fact]
    public void What_variance_holds_back_comes_back_from_a_checkpoint()
    {
        const int length = 1000;
        var first = Create("variance+float32", length, out var slot);
        Decode(first, slot, TestData.Gaussian(length), TestData.Gaussian(length), [.. Enumerable.Repeat(1f, length)], 0, out _);
        var state = new StateInMemory();
        first.Save(state);
        var restored = Create("variance+float32", length, out _);
        restored.Load(state);
        float[] gradient = TestData.Gaussian(length, seed: 2), squares = [.. Enumerable.Repeat(0.5f, length)];
        Assert.Equal(
            Decode(first, slot, gradient, gradient, squares, 1, out _), Decode(restored, slot, gradient, gradient, squares, 1, out _));
    }

    [Theory]
    [InlineData(100, 0.1)]
    [InlineData(100, 0.9)]
    [InlineData(1_000_003, 0.01)]
    [InlineData(65, 0.001)]
    public void Random_k_sends_exactly_k_the_same_on_all_workers_and_others_each_step(int length, double ratio)
    {
        int k = Math.Max(1, (int)(ratio * length));
        float[] ones = [.. Enumerable.Repeat(1f, length)];
        var compressor = Create(Invariant($"randomk(ratio={ratio})"), length, out var slot, hasMemory: true);
        var seen = new HashSet<string>();
        for (int step = 0; step < 4; step++)
        {
            var writer = new PayloadWriter();
            compressor.Compress(new GradientView(slot, ones, ones, Pipelines.Step(rank: 3, step)), writer);
            Assert.Equal(4 * k, writer.Length);
            float[] decoded = new float[length];
            var reader = new PayloadReader(writer.Written);
            Create(Invariant($"randomk(ratio={ratio})"), length, out _, hasMemory: true)
                .Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, Pipelines.Step(rank: 1, step)));
            Assert.Equal(k, decoded.Count(value => value == 1));
            seen.Add(string.Concat(decoded.Take(100)));
        }

        Assert.True(length < 100 || k < 5 || seen.Count == 4);
    }

    [Fact]
    public void Random_k_without_memory_is_scaled_to_be_unbiased_and_every_entry_is_as_likely_as_any_other()
    {
        const int length = 200, draws = 4000;
        float[] values = TestData.Gaussian(length);
        var compressor = Create("randomk(ratio=0.1)", length, out var slot);
        Assert.True(Pipelines.Plan("randomk(ratio=0.1)", memory: "none").Traits.Unbiased);
        Assert.False(Pipelines.Plan("randomk(ratio=0.1)", memory: "residual").Traits.Unbiased);
        double[] sums = new double[length];
        for (int step = 0; step < draws; step++)
        {
            float[] decoded = Decode(compressor, slot, values, values, [], step, out _);
            for (int i = 0; i < length; i++)
            {
                sums[i] += decoded[i];
            }
        }

        // Mean v and variance v²·(1/ρ − 1)/draws: five standard errors for each of 200 entries.
        Assert.All(Enumerable.Range(0, length), i => Assert.InRange(
            (sums[i] / draws) - values[i], -5 * Math.Abs(values[i]) * Math.Sqrt(9.0 / draws), 5 * Math.Abs(values[i]) * Math.Sqrt(9.0 / draws)));
    }

    [Theory]
    [InlineData("dgc", 0.01, 0.8, 1.3)]
    [InlineData("dgc", 0.001, 0.8, 1.3)]
    [InlineData("dgc", 0.3, 0.8, 1.3)]
    [InlineData("gaussiank", 0.01, 0.66, 1.34)]
    [InlineData("gaussiank", 0.001, 0.66, 1.34)]
    public void A_threshold_method_sends_the_largest_and_nearly_as_many_as_asked(string method, double ratio, double least, double most)
    {
        float[] values = TestData.Gaussian(300_007);
        float[] sent = Send(Invariant($"{method}(ratio={ratio})"), values);
        int count = sent.Count(value => value != 0);
        Assert.InRange(count, least * ratio * values.Length, most * ratio * values.Length);
        float smallest = sent.Where(value => value != 0).Min(Math.Abs);
        Assert.All(Pairs.Of(values, sent), pair => Assert.True(pair.First == pair.Second || (pair.Second == 0 && Math.Abs(pair.First) <= smallest)));
    }

    [Theory]
    [InlineData(0, 0.01)]
    [InlineData(0.3, 0.01)]
    [InlineData(-0.3, 0.01)]
    [InlineData(2, 0.001)]
    [InlineData(2, 0.2)]
    public void Gaussian_k_begins_with_the_quantile_about_the_mean(double offset, double ratio)
    {
        const int Length = 100_003;
        float[] values = [.. TestData.Gaussian(Length).Select(value => (float)(value + offset))];
        double mean = values.Average(value => (double)value), deviation = Math.Sqrt(values.Average(value => Math.Pow(value - mean, 2)));
        double threshold = Math.Abs(mean) + (NormalQuantile.UpperTail(ratio / 2) * deviation);
        for (int round = 0; round < 4; round++)
        {
            int count = values.Count(value => Math.Abs(value) >= threshold);
            threshold *= count < 2 * ratio * Length / 3 ? 0.5 : count > 4 * ratio * Length / 3 ? 1.5 : 1;
        }

        float[] sent = Send(Invariant($"gaussiank(ratio={ratio})"), values);
        Assert.All(values.Zip(sent), pair => Assert.True(
            Math.Abs(Math.Abs(pair.First) - threshold) < 1e-6 * threshold || (Math.Abs(pair.First) > threshold ? pair.First : 0) == pair.Second));
        float[] mirrored = Send(Invariant($"gaussiank(ratio={ratio})"), [.. values.Select(value => -value)]);
        Assert.Equal(sent, mirrored.Select(value => value == 0 ? 0 : -value));
    }

    [Theory]
    [InlineData("exponential", 0.01)]
    [InlineData("exponential", 0.001)]
    [InlineData("pareto", 0.001)]
    public void Sidco_meets_its_target_on_an_exponential_gradient_at_once(string tail, double ratio)
    {
        var random = new Random(3);
        float[] values = [.. Enumerable.Range(0, 400_000).Select(_ => (float)(-Math.Log(1 - random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1)))];
        int count = Send(Invariant($"sidco(ratio={ratio},tail={tail})"), values).Count(value => value != 0);
        Assert.InRange(count, 0.8 * ratio * values.Length, 1.2 * ratio * values.Length);
    }

    [Fact]
    public void Sidco_adapts_its_stages_until_a_gaussian_gradient_meets_the_target()
    {
        const int length = 400_000;
        var compressor = Create("sidco(ratio=0.001)", length, out var slot);
        var counts = new List<int>();
        for (int step = 0; step < 30; step++)
        {
            float[] values = TestData.Gaussian(length, seed: step % 3);
            counts.Add(Decode(compressor, slot, values, values, [], step, out _).Count(value => value != 0));
        }

        // One exponential stage is far off the tail of a normal distribution; the stages close in on it.
        Assert.True(Math.Abs(counts[^1] - 400) < Math.Abs(counts[0] - 400));
        Assert.InRange(counts.TakeLast(5).Average(), 200, 800);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Sidco_sends_the_same_whether_it_guesses_rightly_wrongly_or_not_at_all(int stages)
    {
        const int length = 100_003;
        var guessing = Create($"sidco(ratio=0.001,stages={stages})", length, out var slot);
        for (int step = 0; step < 20; step++)
        {
            // At times the gradient shrinks or becomes sparse, so that the last step tells nothing about this one.
            float[] values = step % 7 == 5 ? TestData.Sparse(length) : TestData.Gaussian(length, seed: step);
            values = [.. values.Select(value => value * (step % 5 == 3 ? 0.01f : 1))];

            // What was saved holds no guess.
            var state = new StateInMemory();
            guessing.Save(state);
            var resumed = Create($"sidco(ratio=0.001,stages={stages})", length, out _);
            resumed.Load(state);
            Assert.Equal(Decode(resumed, slot, values, values, [], step, out _), Decode(guessing, slot, values, values, [], step, out _));
        }
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.158655253931457, 1)]
    [InlineData(0.0227501319481792, 2)]
    [InlineData(0.00134989803163009, 3)]
    [InlineData(2.86651571879194e-07, 5)]
    public void The_normal_quantile_agrees_with_tables(double probability, double quantile) =>
        Assert.Equal(quantile, NormalQuantile.UpperTail(probability), 1e-8);

    [Fact]
    public void The_example_of_the_contributors_guide_works_as_it_stands_there()
    {
        Assert.Contains(Pipelines.Catalog.Entries, entry => entry.Name == "chunkmax");
        float[] sent = Send("chunkmax(chunk=3)", [1f, -5f, 2f, 0f, 0f, 0f, 3f, 4f]);
        Assert.Equal([0f, -5f, 0f, 0f, 0f, 0f, 0f, 4f], sent);
        Assert.Equal("chunkmax(chunk=200)+sign(magnitude=mean)", Pipelines.Plan("chunkmax+sign", flags: [("chunk_size", "200")]).Compressor);
    }

    [Fact]
    public void Global_top_k_chooses_among_all_parameters_together()
    {
        var layout = Pipelines.Layout(1000, 50_000, 0, 3);
        float[] gradient = TestData.Gaussian(layout.Length);
        gradient.AsSpan(0, 1000).Clear();
        var plan = Pipelines.Plan("topk(ratio=0.01,scope=global)");
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [gradient])[0];
        float limit = gradient.Select(Math.Abs).OrderDescending().ElementAt((layout.Length / 100) - 1);
        Assert.Equal([.. gradient.Select(value => Math.Abs(value) >= limit ? value : 0)], sent);
    }

    [Fact]
    public void Global_top_k_leaves_out_parameters_that_go_another_way()
    {
        var layout = Pipelines.Layout(1000, 50_000, 400, 3000);
        float[] gradient = TestData.Gaussian(layout.Length);
        var plan = Pipelines.Plan("topk(ratio=0.01,scope=global)", minSlotSize: 1001);
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [gradient])[0];
        Assert.Equal(gradient[..1000], sent[..1000]);
        Assert.Equal(gradient[51_000..51_400], sent[51_000..51_400]);
        float[] competing = [.. gradient[1000..51_000], .. gradient[51_400..]];
        float limit = competing.Select(Math.Abs).OrderDescending().ElementAt(529);
        Assert.Equal([.. competing.Select(value => Math.Abs(value) >= limit ? value : 0)], (float[])[.. sent[1000..51_000], .. sent[51_400..]]);
    }

    private static float[] Send(string composition, float[] values, float[]? raw = null) => Send(composition, values, out _, raw);

    private static float[] Send(string composition, float[] values, out int bytes, float[]? raw = null) =>
        Decode(Create(composition, values.Length, out var slot), slot, raw ?? values, values, [], 0, out bytes);

    private static ICompressor Create(string composition, int length, out ParameterSlot slot, bool hasMemory = false)
    {
        var layout = Pipelines.Layout(length);
        slot = layout.Slots[0];
        string memory = composition.StartsWith("variance", StringComparison.Ordinal) || !hasMemory ? "none" : "residual";
        return Pipelines.Plan(composition, memory).CreateCompressor(layout, ThreadTeam.Single);
    }

    private static float[] Decode(
        ICompressor compressor, ParameterSlot slot, float[] raw, float[] compensated, float[] squares, long step, out int bytes)
    {
        var writer = new PayloadWriter();
        compressor.BeginStep([slot], compensated, Pipelines.Step(step: step));
        compressor.Compress(new GradientView(slot, raw, compensated, Pipelines.Step(step: step), squares), writer);
        float[] decoded = new float[slot.Length];
        var reader = new PayloadReader(writer.Written);
        compressor.Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, Pipelines.Step(step: step)));
        reader.ExpectEnd();
        bytes = writer.Length;
        return decoded;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
