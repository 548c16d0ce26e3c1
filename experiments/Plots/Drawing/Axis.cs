using System.Globalization;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Range, scale and tics of an axis, chosen from the values on it.</summary>
/// <param name="Name"><c>x</c> or <c>y</c>.</param>
/// <param name="Low">Left or lower end.</param>
/// <param name="High">Right or upper end.</param>
/// <param name="IsLogarithmic">Whether equal factors are equally wide.</param>
/// <param name="IsCut">Whether values above <paramref name="High"/> are left out.</param>
internal sealed record Axis(string Name, double Low, double High, bool IsLogarithmic, bool IsCut)
{
    // A run that diverged would leave the others a flat line.
    private const double LargestPerplexity = 40, LogarithmicFrom = 2.5;

    private const int FewestTics = 4;

    private static readonly double[][] s_mantissas = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];

    /// <summary>For perplexities: logarithmic from a factor of 2.5, and cut where a run has diverged.</summary>
    public static Axis OfPerplexities(string name, IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.Min(), high = Math.Min(finite.Max(), low * LargestPerplexity);
        return Of(name, [low, high], LogarithmicFrom) with { IsCut = high < finite.Max() };
    }

    /// <summary>For any positive values: logarithmic from a given factor between the ends.</summary>
    public static Axis Of(string name, IEnumerable<double> values, double logarithmicFrom)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.Min(), high = finite.Max();
        if (low > 0 && high >= low * logarithmicFrom)
        {
            double spare = Math.Pow(high / low, 0.04);
            return new Axis(name, low / spare, high * spare, true, false);
        }

        double margin = high > low ? (high - low) * 0.06 : Math.Max(Math.Abs(high) * 0.1, 1e-9);
        return new Axis(name, low - margin, high + margin, false, false);
    }

    /// <summary>For amounts that begin at nothing: linear, from 0.</summary>
    public static Axis FromZero(string name, IEnumerable<double> values)
    {
        double high = values.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        return new Axis(name, 0, high > 0 ? high * 1.05 : 1, false, false);
    }

    /// <summary>A function of the script that moves values to the nearest end of the axis: gnuplot clips filled areas badly.</summary>
    public string Inside =>
        $"inside(value) = value < {GnuplotText.Number(Low)} ? {GnuplotText.Number(Low)} : value > {GnuplotText.Number(High)} ? {GnuplotText.Number(High)} : value";

    /// <summary>The script's lines for it.</summary>
    /// <param name="label">Quantity and unit.</param>
    /// <param name="format">gnuplot's format of the tics; empty for its own choice.</param>
    /// <param name="mostTics">How many tics there is room for, on a logarithmic axis.</param>
    public IEnumerable<string> Script(string label, string format = "", int mostTics = 9)
    {
        // The panel before may have had another scale.
        yield return $"unset logscale {Name}";
        yield return $"set {Name}tics autofreq";
        yield return $"set {Name}label {GnuplotText.Quote(label)}";
        yield return $"set {Name}range [{GnuplotText.Number(Low)}:{GnuplotText.Number(High)}]";
        if (format.Length > 0)
        {
            yield return $"set format {Name} {GnuplotText.Quote(format)}";
        }

        if (IsLogarithmic)
        {
            yield return $"set logscale {Name}";
            yield return $"set {Name}tics ({string.Join(", ", Tics(mostTics).Select(GnuplotText.Number))})";
        }
    }

    // gnuplot marks powers of ten alone, of which there may be one, or none.
    private double[] Tics(int most)
    {
        double[][] choices = [.. s_mantissas.Select(TicsAt)];
        return choices.FirstOrDefault(tics => tics.Length >= Math.Min(FewestTics, most) && tics.Length <= most)
            ?? choices.Last(tics => tics.Length <= most || tics == choices[0]);
    }

    private double[] TicsAt(double[] mantissas) =>
    [
        .. Enumerable.Range((int)Math.Floor(Math.Log10(Low)), (int)Math.Ceiling(Math.Log10(High / Low)) + 2)
            .SelectMany(power => mantissas.Select(mantissa => Decimal(mantissa, power)))
            .Where(tic => tic >= Low && tic <= High),
    ];

    // The number that people mean by 3e-5: a product may be the one beside it.
    private static double Decimal(double mantissa, int power) =>
        double.Parse(string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{power}"), CultureInfo.InvariantCulture);
}
