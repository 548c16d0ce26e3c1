using System.Numerics;

namespace Compression.Core.Tests;

/// <summary>Two sequences side by side. They hold equally many elements, and at least one, or the test fails.</summary>
internal static class Pairs
{
    public static (TFirst First, TSecond Second)[] Of<TFirst, TSecond>(IEnumerable<TFirst> first, IEnumerable<TSecond> second)
    {
        TFirst[] ones = [.. first];
        TSecond[] others = [.. second];
        Assert.NotEmpty(ones);
        Assert.Equal(ones.Length, others.Length);
        return [.. ones.Zip(others)];
    }

    /// <summary>Each element differs from its counterpart by no more than the tolerance.</summary>
    public static void AssertClose<TExpected, TActual>(IEnumerable<TExpected> expected, IEnumerable<TActual> actual, double tolerance)
        where TExpected : INumber<TExpected>
        where TActual : INumber<TActual> =>
        Assert.All(Of(expected, actual), pair => Assert.Equal(double.CreateChecked(pair.First), double.CreateChecked(pair.Second), tolerance));

    /// <summary>The Euclidean norm of the difference.</summary>
    public static double Distance(IEnumerable<float> from, IEnumerable<float> to) =>
        Math.Sqrt(Of(from, to).Sum(pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second)));
}
