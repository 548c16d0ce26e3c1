using System.Globalization;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Texts and numbers as gnuplot reads them.</summary>
internal static class GnuplotText
{
    /// <summary>
    /// A string in single quotes, where only the quote itself is special. The terminals are told <c>noenhanced</c>, so that underscores,
    /// braces and carets in it are what they are.
    /// </summary>
    public static string Quote(string text) =>
        "'" + string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A number.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Three digits that matter, for labels: 0.125, 12.5, 1,250.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        double.NaN => "-",
        >= 1000 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 99.95 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("F1", CultureInfo.InvariantCulture),
        >= 0.9995 => value.ToString("F2", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    /// <summary>Breaks a text between words into lines of at most <paramref name="width"/> characters.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && lines[^1].Length + 1 + word.Length <= width)
            {
                lines[^1] += " " + word;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }
}
