using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

public sealed class MomentsTests
{
    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void Sums_and_maximum_follow_their_formulas_and_do_not_depend_on_threads(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        foreach (var (name, values) in TestData.All(length).Where(data => data.Name != "extreme"))
        {
            var (sum, squares, largest) = Moments.Invoke(team, values);
            double magnitudes = values.Sum(value => Math.Abs((double)value)), expectedSquares = values.Sum(value => (double)value * value);
            Assert.Equal(values.Sum(value => (double)value), sum, 1e-12 * Math.Max(1, magnitudes));
            Assert.Equal(expectedSquares, squares, 1e-12 * Math.Max(1, expectedSquares));
            Assert.True(values.Select(Math.Abs).DefaultIfEmpty().Max() == largest, name);
            Assert.Equal(Moments.Invoke(ThreadTeam.Single, values), (sum, squares, largest));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99_999)]
    [InlineData(100_002)]
    public void A_NaN_or_an_infinity_is_the_largest(int position)
    {
        float[] values = TestData.Gaussian(100_003);
        values[position] = float.NegativeInfinity;
        Assert.Equal(float.PositiveInfinity, Moments.Invoke(ThreadTeam.Single, values).Largest);
        values[(position + 5) % values.Length] = float.NaN;
        Assert.Equal(float.NaN, Moments.Invoke(ThreadTeam.Single, values).Largest);
    }

    [Fact]
    public void The_largest_floats_do_not_overflow()
    {
        var (sum, squares, largest) = Moments.Invoke(ThreadTeam.Single, Enumerable.Repeat(float.MaxValue, 40_000).ToArray());
        Assert.Equal(40_000.0 * float.MaxValue, sum, 1e30);
        Assert.True(double.IsFinite(squares));
        Assert.Equal(float.MaxValue, largest);
    }

    [Theory]
    [MemberData(nameof(TestData.LengthsAndThreads), MemberType = typeof(TestData))]
    public void The_sum_of_magnitudes_is_in_double_precision(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] values = TestData.Gaussian(length);
        Assert.Equal(values.Sum(x => Math.Abs((double)x)), SumOfMagnitudes.Invoke(team, values), 1e-9 * Math.Max(1, length));
    }
}
