using System.Globalization;

namespace Compression.Tracking.Display;

/// <summary>Numbers as people read them: invariant culture, thousands separators above 9,999, three or four digits that matter.</summary>
public static class Figures
{
    private static readonly string[] ByteUnits = ["kB", "MB", "GB", "TB", "PB"];

    /// <summary>A count: 2656, then 10,000.</summary>
    public static string Count(long value) =>
        value.ToString(Math.Abs((double)value) > 9999 ? "N0" : "D", CultureInfo.InvariantCulture);

    /// <summary>A loss, a perplexity, a rate: 6.210, 49.71, 497.1, 4971.2, 49,712.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => value > 0 ? "infinite" : "-infinite",
        >= 1e15 => value.ToString("0.000e+0", CultureInfo.InvariantCulture),
        >= 9999.5 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 99.995 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 9.9995 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("F3", CultureInfo.InvariantCulture),
    };

    /// <summary>A rate in whole units: 987, 12,345.</summary>
    public static string Rate(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 1e15 ? Count((long)Math.Round(value)) : Number(value);

    /// <summary>How many times less: 1.23x, 12.3x, 612x; a dash where nothing was sent.</summary>
    public static string Ratio(double value) => value switch
    {
        double.NaN or double.PositiveInfinity or 0 => "-",
        >= 99.95 => $"{Rate(value)}x",
        >= 9.995 => FormattableString.Invariant($"{value:F1}x"),
        _ => FormattableString.Invariant($"{value:F2}x"),
    };

    /// <summary>Bytes in decimal units, as networks are measured: 1234 B, 87.7 MB.</summary>
    public static string Bytes(double bytes)
    {
        if (!(bytes >= 9999.5))
        {
            return double.IsNaN(bytes) ? "-" : $"{Count((long)Math.Round(bytes))} B";
        }

        var (scaled, unit) = (bytes / 1000, 0);
        while (scaled >= 999.95 && unit < ByteUnits.Length - 1)
        {
            (scaled, unit) = (scaled / 1000, unit + 1);
        }

        return FormattableString.Invariant($"{scaled:F1} {ByteUnits[unit]}");
    }

    /// <summary>A share of a whole: 62%.</summary>
    public static string Percent(double part, double whole) =>
        whole > 0 ? FormattableString.Invariant($"{100 * part / whole:F0}%") : "-";

    /// <summary>A duration: 0.31s, 45.0s, 3m12s, 3h12m, 2d04h.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        double.NaN or > 1e9 => "-",
        < 9.995 => FormattableString.Invariant($"{seconds:F2}s"),
        < 59.95 => FormattableString.Invariant($"{seconds:F1}s"),
        _ => Long(TimeSpan.FromSeconds(Math.Round(seconds))),
    };

    /// <summary>A duration that is an estimate, in whole seconds: 45s, 3m12s.</summary>
    public static string Estimate(double seconds) =>
        seconds < 59.5 ? FormattableString.Invariant($"{seconds:F0}s") : Duration(seconds);

    private static string Long(TimeSpan time) => time switch
    {
        { TotalHours: < 1 } => FormattableString.Invariant($"{time.Minutes}m{time.Seconds:D2}s"),
        { TotalDays: < 1 } => FormattableString.Invariant($"{time.Hours}h{time.Minutes:D2}m"),
        _ => FormattableString.Invariant($"{Count(time.Days)}d{time.Hours:D2}h"),
    };
}
