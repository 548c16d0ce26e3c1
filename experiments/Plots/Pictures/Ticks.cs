using System.Globalization;

namespace Compression.Experiments.Plots.Pictures;

/// <summary>Chooses the marks of an axis: round numbers, and on a logarithmic axis small marks between powers of ten.</summary>
internal static class Ticks
{
    private const int Fewest = 4;

    private static readonly double[] s_steps = [1, 2, 5];
    private static readonly double[][] s_mantissas = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];

    /// <summary>Multiples of 1, 2 or 5 times a power of ten.</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="most">How many there is room for.</param>
    public static IEnumerable<double> Linear(double low, double high, int most)
    {
        int power = (int)Math.Floor(Math.Log10((high - low) / most));
        var (mantissa, exponent) = Enumerable.Range(power, 3).SelectMany(exponent => s_steps.Select(mantissa => (mantissa, exponent)))
            .First(step => Count(Decimal(step.mantissa, step.exponent)) <= most);
        double width = Decimal(mantissa, exponent);
        long first = (long)Math.Ceiling(low / width);
        return Enumerable.Range(0, Count(width)).Select(i => Decimal((first + i) * mantissa, exponent));

        int Count(double step) => (int)(Math.Floor(high / step) - Math.Ceiling(low / step)) + 1;
    }

    /// <summary>Powers of ten where there are enough of them, else with round numbers between.</summary>
    /// <param name="low">Left or lower end, above 0.</param>
    /// <param name="high">Right or upper end.</param>
    /// <param name="most">How many there is room for.</param>
    public static IEnumerable<double> Logarithmic(double low, double high, int most)
    {
        double[][] choices = [.. s_mantissas.Select(mantissas => Multiples(low, high, mantissas))];
        double[] chosen = choices.FirstOrDefault(ticks => ticks.Length >= Math.Min(Fewest, most) && ticks.Length <= most)
            ?? choices.Last(ticks => ticks.Length <= most || ticks == choices[0]);
        int every = ((chosen.Length - 1) / most) + 1;
        return chosen.Where((_, i) => i % every == 0);
    }

    /// <summary>The places from 1 to 9 times each power of ten.</summary>
    public static IEnumerable<double> Between(double low, double high) => Multiples(low, high, [1, 2, 3, 4, 5, 6, 7, 8, 9]);

    private static double[] Multiples(double low, double high, double[] mantissas) =>
    [
        .. Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high / low)) + 2)
            .SelectMany(power => mantissas.Select(mantissa => Decimal(mantissa, power)))
            .Where(tick => tick >= low && tick <= high),
    ];

    // The number that people mean by 3e-5: a product may be the one beside it.
    private static double Decimal(double mantissa, int power) =>
        double.Parse(FormattableString.Invariant($"{mantissa}e{power}"), CultureInfo.InvariantCulture);
}
