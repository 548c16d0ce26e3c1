namespace Compression.Exchanges.Tests;

/// <summary>
/// Momentum correction over whole trainings of a toy, a softmax over the next of 30 words given the last, whose least loss is known:
/// ours beside the recursion of Lin et al. 2018 (sections 3.2 and 3.3) in double precision, and the rates at which the method works and fails.
/// </summary>
public sealed class DeepGradientCompressionTests
{
    private const int Words = 30;
    private const int Weights = Words * Words;
    private const int Workers = 4;
    private const int Batch = 16;
    private const int Steps = 400;
    private const double Ratio = 0.0025;
    private const double SgdRate = 4;

    private static readonly double[][] s_next = Source();
    private static readonly (int Last, int Next)[] s_test = Text(seed: 99, 4000);
    private static readonly double s_least = -s_test.Average(pair => Math.Log(s_next[pair.Last][pair.Next]));

    [Theory]
    [InlineData(0, true, false, SgdRate)]
    [InlineData(0.9, true, false, SgdRate / 10)]
    [InlineData(0.9, false, false, SgdRate / 10)]
    [InlineData(0.9, true, true, SgdRate / 10)]
    [InlineData(0.9, true, false, SgdRate)]
    public void Training_goes_as_the_published_algorithm_does_in_double_precision(double momentum, bool masking, bool nesterov, double rate)
    {
        double[] ours = Train(Ours(momentum, masking, nesterov), rate), published = Train(Published(momentum, masking, nesterov), rate);
        Assert.All(ours.Zip(published), pair => Assert.Equal(pair.Second, pair.First, 0.005));
    }

    [Fact]
    public void At_a_tenth_of_the_rate_of_plain_SGD_it_comes_where_dense_momentum_comes_and_at_that_rate_it_fails()
    {
        double dense = Train(Dense(0.9), SgdRate / 10)[^1];
        Assert.InRange(dense, 0.02, 0.06);
        Assert.InRange(Train(Ours(0, true, false), SgdRate)[^1], 0, dense + 0.02);
        Assert.InRange(Train(Ours(0.9, true, false), SgdRate / 10)[^1], 0, dense + 0.02);
        Assert.True(Train(Ours(0.9, true, false), SgdRate)[^1] > 5 * dense, "at ten times the rate the momentum that has gathered overshoots");

        // So does dense momentum: the rate is what is wrong there.
        Assert.True(Train(Dense(0.9), SgdRate)[^1] > 3 * dense, "dense momentum at the rate of plain SGD");
    }

    // The mean of what workers send for their gradients, in turn; Nesterov's as in the authors' code (dgc/memory.py), whose momentum is m·u.
    private static Func<double[][], int, double[]> Published(double momentum, bool masking, bool nesterov)
    {
        var (u, v) = (new double[Workers, Weights], new double[Workers, Weights]);
        return (gradients, _) =>
        {
            double[] mean = new double[Weights];
            for (int w = 0; w < Workers; w++)
            {
                for (int i = 0; i < Weights; i++)
                {
                    u[w, i] = nesterov ? (u[w, i] + gradients[w][i]) * momentum : (momentum * u[w, i]) + gradients[w][i];
                    v[w, i] += nesterov ? u[w, i] + gradients[w][i] : u[w, i];
                }

                foreach (int i in Enumerable.Range(0, Weights).OrderByDescending(i => Math.Abs(v[w, i])).Take((int)(Ratio * Weights)))
                {
                    mean[i] += v[w, i] / Workers;
                    (v[w, i], u[w, i]) = (0, masking ? 0 : u[w, i]);
                }
            }

            return mean;
        };
    }

    private static Func<double[][], int, double[]> Ours(double momentum, bool masking, bool nesterov)
    {
        var layout = Pipelines.Layout(Weights);
        var plan = Pipelines.Plan(FormattableString.Invariant($"topk(ratio={Ratio})"), FormattableString.Invariant($"momentum(momentum={momentum},masking={masking},nesterov={nesterov})"), "allgather");
        var workers = Pipelines.Workers(plan, layout, Workers);
        return (gradients, step) =>
            Array.ConvertAll(Pipelines.Aggregate(layout, workers, Array.ConvertAll(gradients, one => Array.ConvertAll(one, value => (float)value)), step)[0], value => (double)value);
    }

    private static Func<double[][], int, double[]> Dense(double momentum)
    {
        double[] velocity = new double[Weights];
        return (gradients, _) => velocity = [.. velocity.Select((value, i) => (momentum * value) + gradients.Average(one => one[i]))];
    }

    // How far the loss is from the least, every 50 steps.
    private static double[] Train(Func<double[][], int, double[]> exchange, double rate)
    {
        double[] weights = new double[Weights];
        var texts = Enumerable.Range(0, Workers).Select(worker => Text(worker, Steps * Batch)).ToArray();
        var losses = new List<double>();
        for (int step = 0; step < Steps; step++)
        {
            double[] mean = exchange([.. texts.Select(text => Gradient(weights, text.AsSpan(step * Batch, Batch)))], step);
            for (int i = 0; i < Weights; i++)
            {
                weights[i] -= rate * mean[i];
            }

            if (step % 50 == 49)
            {
                losses.Add((-s_test.GroupBy(pair => pair.Last).Sum(group => LogLikelihood(weights, group)) / s_test.Length) - s_least);
            }
        }

        return [.. losses];
    }

    private static double LogLikelihood(double[] weights, IGrouping<int, (int Last, int Next)> pairs)
    {
        double[] shares = Softmax(weights, pairs.Key);
        return pairs.Sum(pair => Math.Log(shares[pair.Next]));
    }

    private static double[] Gradient(double[] weights, ReadOnlySpan<(int Last, int Next)> pairs)
    {
        double[] gradient = new double[Weights];
        foreach (var (last, next) in pairs)
        {
            double[] shares = Softmax(weights, last);
            for (int word = 0; word < Words; word++)
            {
                gradient[(last * Words) + word] += (shares[word] - (word == next ? 1 : 0)) / pairs.Length;
            }
        }

        return gradient;
    }

    private static double[] Softmax(double[] weights, int last)
    {
        double[] powers = new double[Words];
        for (int word = 0; word < Words; word++)
        {
            powers[word] = Math.Exp(weights[(last * Words) + word]);
        }

        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    // As in language a few words are frequent, of words and of what follows each.
    private static double[][] Source()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Words).Select(last =>
        {
            double[] weights = [.. Enumerable.Range(0, Words).Select(next => Math.Pow(1 + (((next * 7) + (last * 11)) % Words), -1.3) * Math.Exp(2 * random.NextDouble()))];
            double sum = weights.Sum();
            return Array.ConvertAll(weights, weight => weight / sum);
        })];
    }

    private static (int Last, int Next)[] Text(int seed, int length)
    {
        var random = new Random(seed);
        int last = 0;
        var pairs = new (int, int)[length];
        for (int i = 0; i < length; i++)
        {
            double point = random.NextDouble();
            int next = 0;
            for (; next < Words - 1 && point >= s_next[last][next]; next++)
            {
                point -= s_next[last][next];
            }

            pairs[i] = (last, next);
            last = next;
        }

        return pairs;
    }
}
