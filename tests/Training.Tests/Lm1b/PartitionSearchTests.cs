using Compression.Training.Lm1b;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class PartitionSearchTests
{
    [Theory]
    [InlineData(0.001, 0.5, 0.1, 8, 22)] // √500 = 22.36
    [InlineData(0.001, 0.5, 0.1, 32, 22)]
    [InlineData(0.002, 0.085, 0.03, 32, 7)] // √42.5 = 6.52, and t(7) < t(6)
    [InlineData(0.002, 0.085, 0.03, 1, 7)]
    [InlineData(0.0001, 1.7, 0, 4, 130)]
    public void A_known_curve_is_recovered_and_its_lowest_point_chosen(double a, double b, double c, int start, int best)
    {
        var result = PartitionSearch.Run(partitions => (b / partitions) + (a * (partitions - 1)) + c, start);
        Assert.Equal(a, result.A, 1e-9);
        Assert.Equal(b, result.B, 1e-9);
        Assert.Equal(c, result.C, 1e-9);
        Assert.Equal(best, result.Best);
        Assert.True(result.IsCurves);
        Assert.Equal(1, result.RSquared, 1e-9);
        Assert.All(Enumerable.Range(1, 4096), other => Assert.True(result.Fitted(best) <= result.Fitted(other)));
        Assert.Contains($"{best} partitions", result.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_doubled_while_faster_then_halved_from_the_start_while_faster()
    {
        var tried = new List<int>();
        PartitionSearch.Run(Noting(tried, partitions => Math.Abs(partitions - 33)), 8); // fastest at 32
        Assert.Equal([8, 16, 32, 64, 4], tried);
        tried.Clear();
        PartitionSearch.Run(Noting(tried, partitions => partitions + 0.1), 16);
        Assert.Equal([16, 32, 8, 4, 2, 1], tried);
        tried.Clear();
        PartitionSearch.Run(Noting(tried, partitions => 1), 16);
        Assert.Equal([16, 32, 8], tried);
    }

    [Theory]
    [InlineData(1, 4096, new[] { 1, 2, 4 })]
    [InlineData(1, 3, new[] { 1, 2, 3 })]
    [InlineData(1, 2, new[] { 1, 2 })]
    [InlineData(4, 4, new[] { 4, 2, 1 })]
    public void Three_numbers_are_tried_at_least_where_the_range_has_them(int start, int most, int[] expected)
    {
        var tried = new List<int>();
        var result = PartitionSearch.Run(Noting(tried, partitions => partitions + 1), start, most);
        Assert.Equal(expected, tried);
        Assert.Equal(1, result.Best);
    }

    [Fact]
    public void Noise_of_some_percent_leaves_the_choice_near_the_best()
    {
        var random = new Random(3);
        for (int run = 0; run < 200; run++)
        {
            double Time(double partitions) => (0.5 / partitions) + (0.001 * (partitions - 1)) + 0.1;
            var result = PartitionSearch.Run(partitions => Time(partitions) * (1 + (0.02 * ((2 * random.NextDouble()) - 1))), 8);
            Assert.InRange(Time(result.Best), Time(22), 1.06 * Time(22));
            Assert.True(result is { A: >= 0, B: >= 0 });
        }
    }

    [Fact]
    public void Times_that_only_fall_choose_the_largest_number_tried()
    {
        var result = PartitionSearch.Run(partitions => (2.0 / partitions) + 0.1, 16, most: 200);
        Assert.Equal(0, result.A, 1e-12);
        Assert.Equal(2, result.B, 1e-9);
        Assert.Equal(128, result.Best);
    }

    [Fact]
    public void Times_that_only_rise_choose_one()
    {
        var result = PartitionSearch.Run(partitions => 0.1 + (0.01 * partitions), 16);
        Assert.Equal(0, result.B, 1e-9);
        Assert.Equal(0.01, result.A, 1e-9);
        Assert.Equal(1, result.Best);
    }

    [Fact]
    public void Parameters_are_never_negative_and_the_fit_is_the_best_of_those()
    {
        var random = new Random(11);
        for (int run = 0; run < 100; run++)
        {
            PartitionTime[] points = [.. Enumerable.Range(0, 5).Select(i => new PartitionTime(1 << i, random.NextDouble()))];
            var result = PartitionSearchResult.Of([.. points], 64);
            Assert.True(result is { A: >= 0, B: >= 0 });
            double Error(double a, double b, double c) => points.Sum(point => Math.Pow(point.Seconds - (b / point.Partitions) - (a * (point.Partitions - 1)) - c, 2));
            double best = Error(result.A, result.B, result.C);
            for (int other = 0; other < 50; other++)
            {
                double Near(double value) => Math.Max(0, value + (0.02 * (random.NextDouble() - 0.5)));
                double c = result.C + (0.02 * (random.NextDouble() - 0.5));
                Assert.True(best <= Error(Near(result.A), Near(result.B), c) + 1e-12);
            }
        }
    }

    [Fact]
    public void Where_the_curve_explains_little_the_fastest_number_is_chosen()
    {
        var result = PartitionSearchResult.Of([new(1, 1), new(2, 3), new(4, 0.5), new(8, 3), new(16, 1)], 64);
        Assert.False(result.IsCurves);
        Assert.Equal(4, result.Best);
        Assert.Contains("fastest", result.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(7, true)]
    public void A_fit_that_meets_every_point_reports_no_R2(int points, bool reported)
    {
        var result = PartitionSearchResult.Of([.. Enumerable.Range(0, points).Select(i => new PartitionTime(1 << i, 0.02 + (0.01 * (i % 2))))], 4096);
        Assert.Equal(reported, result.Summary.Contains("R2", StringComparison.Ordinal));
        Assert.Contains(result.Summary, result.Table());
    }

    [Fact]
    public void Three_points_are_not_believed_beyond_themselves()
    {
        // The curve through these is lowest beyond 8.
        var result = PartitionSearchResult.Of([new(2, Time(2)), new(4, Time(4)), new(8, Time(8))], 4096);
        Assert.Equal(8, result.Best);
        Assert.Equal(22, PartitionSearchResult.Of([new(1, Time(1)), new(2, Time(2)), new(4, Time(4)), new(8, Time(8))], 4096).Best);

        static double Time(double partitions) => (0.5 / partitions) + (0.001 * (partitions - 1));
    }

    [Fact]
    public void The_table_shows_each_point_and_marks_the_choice()
    {
        var result = PartitionSearchResult.Of([new(1, 0.02), new(2, 0.01), new(4, 0.03)], 64);
        var lines = result.Table();
        Assert.Equal(5, lines.Count);
        Assert.Single(lines, line => line.EndsWith('<'));
        Assert.Contains("20.00", lines[1], StringComparison.Ordinal);
    }

    private static Func<int, double> Noting(List<int> tried, Func<int, double> time) => partitions =>
    {
        tried.Add(partitions);
        return time(partitions);
    };
}
