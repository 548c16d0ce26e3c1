using Compression.Training.Lm1b;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class LogUniformSamplerTests
{
    [Fact]
    public void Candidates_are_distinct_words_and_depend_on_the_key_alone()
    {
        var sampler = new LogUniformSampler(1000);
        int[] first = new int[500], other = new int[500], again = new int[500];
        long tries = sampler.Sample(first, key: 1);
        sampler.Sample(other, key: 2);
        Assert.Equal(tries, new LogUniformSampler(1000).Sample(again, key: 1));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.True(tries >= 500);
        Assert.Equal(500, first.Distinct().Count());
        Assert.All(first, word => Assert.InRange(word, 0, 999));

        int[] all = new int[1000];
        sampler.Sample(all, key: 3);
        Assert.Equal(Enumerable.Range(0, 1000), all.Order());
    }

    [Fact]
    public void Words_are_drawn_as_often_as_their_rank_says()
    {
        const int Vocabulary = 40, Draws = 40_000;
        var sampler = new LogUniformSampler(Vocabulary);
        int[] counts = new int[Vocabulary];
        Span<int> one = stackalloc int[1];
        for (int draw = 0; draw < Draws; draw++)
        {
            Assert.Equal(1, sampler.Sample(one, (ulong)draw));
            counts[one[0]]++;
        }

        double whole = 0, chiSquare = 0;
        for (int word = 0; word < Vocabulary; word++)
        {
            double probability = Math.Log((word + 2.0) / (word + 1.0)) / Math.Log(Vocabulary + 1.0);
            Assert.Equal(probability, sampler.Probability(word), 1e-12);
            whole += probability;
            chiSquare += Math.Pow(counts[word] - (Draws * probability), 2) / (Draws * probability);
        }

        Assert.Equal(1, whole, 1e-12);

        // The 99.9th percentile of chi-square with 39 degrees of freedom is 72.1.
        Assert.InRange(chiSquare, 0, 72.1);
    }

    [Fact]
    public void The_expected_count_is_that_of_a_simulation()
    {
        const int Vocabulary = 200, Candidates = 30, Draws = 5000;
        var sampler = new LogUniformSampler(Vocabulary);
        int[] drawn = new int[Candidates], counts = new int[Vocabulary];
        double[] expected = new double[Vocabulary];
        for (int draw = 0; draw < Draws; draw++)
        {
            long tries = sampler.Sample(drawn, (ulong)draw);
            Assert.Equal(Math.Log(1 - Math.Pow(1 - sampler.Probability(7), tries)), sampler.LogExpected(7, tries), 1e-9);
            for (int word = 0; word < Vocabulary; word++)
            {
                counts[word] += drawn.AsSpan().Contains(word) ? 1 : 0;
                expected[word] += Math.Exp(sampler.LogExpected(word, tries)) / Draws;
            }
        }

        for (int word = 0; word < Vocabulary; word++)
        {
            // Four standard errors, and two percent for what the formula neglects by taking the number of tries as given.
            double error = (4 * Math.Sqrt(expected[word] * (1 - expected[word]) / Draws)) + (0.02 * expected[word]);
            Assert.InRange((double)counts[word] / Draws, expected[word] - error, expected[word] + error);
        }
    }
}
