using System.Globalization;

namespace Compression.Experiments.Plots.Pictures;

/// <summary>Numbers as axes and cells show them.</summary>
internal static class AxisNumber
{
    private static readonly string[] s_prefixes = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>A plain number: 0.05, 1.5, 1,000; 2e6 from a million on.</summary>
    public static string Plain(double value) => Math.Abs(value) is >= 1e6 or (> 0 and < 1e-4)
        ? value.ToString("0.###e0", CultureInfo.InvariantCulture)
        : value.ToString("#,##0.######", CultureInfo.InvariantCulture);

    /// <summary>Bytes: 500 B, 20 kB, 1.5 MB.</summary>
    public static string Bytes(double value)
    {
        int thousands = value < 1 ? 0 : Math.Min((int)(Math.Log10(value) / 3 + 1e-9), s_prefixes.Length - 1);
        return FormattableString.Invariant($"{value / Math.Pow(1000, thousands):0.###} {s_prefixes[thousands]}B");
    }

    /// <summary>Four digits: 151, 44.96, 1.235e4.</summary>
    public static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
