using System.Globalization;

namespace Compression.Core.Catalog;

/// <summary>How option values are written: invariant, shortest form that reads back to the same value, lower-case words.</summary>
public static class OptionText
{
    /// <summary>A text that a user wrote, with numbers and truth values as <see cref="Format"/> writes them.</summary>
    public static string Shortest(string text) =>
        bool.TryParse(text, out bool flag) ? Format(flag)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? Format(number)
        : text;

    /// <summary>The text of a value of any option type.</summary>
    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        double number when Math.Abs(number) is >= 1e-5 and < 1e15 => number.ToString("0.################", CultureInfo.InvariantCulture),
        Enum word => string.Concat(word.ToString().Select((c, i) =>
            char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
