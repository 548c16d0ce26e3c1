using System.Globalization;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Tests.Plots;

/// <summary>Ranges and marks of axes.</summary>
public sealed class AxisTests
{
    [Theory]
    [InlineData(1.0, 1000.0)]
    [InlineData(90.0, 400.0)]
    [InlineData(0.0021, 7.3)]
    [InlineData(1e3, 1e12)]
    [InlineData(1e-9, 1e30)]
    [InlineData(150.0, 180.0)]
    public void Logarithmic_axes_have_some_labelled_marks_within_their_range(double low, double high)
    {
        foreach (int most in (int[])[4, 6, 8])
        {
            var axis = Axis.Of([low, high], 1).Marked(most: most);
            Tick[] labelled = [.. axis.Ticks.Where(tick => tick.Label.Length > 0)];
            Assert.True(axis.IsLogarithmic);
            Assert.InRange(labelled.Length, 2, most);
            Assert.All(axis.Ticks, tick => Assert.InRange(tick.Value, axis.Low, axis.High));
            Assert.Equal(axis.Ticks.Count, axis.Ticks.Select(tick => tick.Value).Distinct().Count());
            Assert.All(labelled, tick => Assert.Equal(tick.Value, double.Parse(tick.Label, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture), tick.Value * 1e-6));
            Assert.True(axis.Low < low && axis.High > high);
        }
    }

    [Fact]
    public void Powers_of_ten_are_labelled_and_the_places_between_are_marked()
    {
        var axis = Axis.Of([1, 10_000], 1).Marked();
        Assert.Equal(["1", "10", "100", "1,000", "10,000"], axis.Ticks.Where(tick => tick.Label.Length > 0).Select(tick => tick.Label));
        Assert.Superset(new HashSet<double> { 2, 5, 30, 900 }, axis.Ticks.Where(tick => tick.Label.Length == 0).Select(tick => tick.Value).ToHashSet());
    }

    [Theory]
    [InlineData(0.0, 1.05, 8)]
    [InlineData(-0.3, 0.3, 8)]
    [InlineData(0.0, 2679.4, 9)]
    [InlineData(149.8, 151.2, 5)]
    [InlineData(0.0, 3e-9, 6)]
    [InlineData(-1e12, 4e12, 4)]
    public void Linear_axes_have_round_marks_at_equal_distances(double low, double high, int most)
    {
        double[] ticks = [.. new Axis(low, high).Marked(most: most).Ticks.Select(tick => tick.Value)];
        Assert.InRange(ticks.Length, 2, most);
        Assert.All(ticks, tick => Assert.InRange(tick, low, high));
        double step = ticks[1] - ticks[0];
        Assert.Equal(ticks.Skip(1).Zip(ticks, (next, tick) => Math.Round((next - tick) / step, 6)), Enumerable.Repeat(1.0, ticks.Length - 1));
        Assert.Contains(Math.Round(step / Math.Pow(10, Math.Floor(Math.Log10(step) + 1e-9)), 6), (double[])[1, 2, 5]);
        Assert.True(ticks[0] - low < step && high - ticks[^1] < step);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 kB")]
    [InlineData(2.5e6, "2.5 MB")]
    [InlineData(1e9, "1 GB")]
    public void Bytes_have_their_prefix(double value, string text) => Assert.Equal(text, AxisNumber.Bytes(value));

    [Theory]
    [InlineData(0.5, 40.0, "1 s", "3 s", "10 s", "30 s")]
    [InlineData(2.0, 7200.0, "10 s", "1 min", "10 min", "1 h")]
    public void Durations_have_the_units_that_people_use(double low, double high, params string[] labels) =>
        Assert.Equal(labels, Axis.OfDurations([0, low, high]).Ticks.Select(tick => tick.Label));

    [Fact]
    public void Rows_are_counted_downwards_and_columns_to_the_right()
    {
        string[] names = ["a", "b"];
        Axis rows = Axis.OfNames(names, isVertical: true), columns = Axis.OfNames(names, isVertical: false);
        Assert.True(rows.Low > rows.High && columns.Low < columns.High);
        Assert.Equal([("a", 0.0), ("b", 1.0)], rows.Ticks.Select(tick => (tick.Label, tick.Value)));
    }
}
