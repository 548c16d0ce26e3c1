using System.Globalization;
using Compression.Core.Catalog;

namespace Compression.Experiments.Tests.Options;

/// <summary>The texts at and beyond the ends of a range, with what people write by mistake.</summary>
internal static class NumberEnds
{
    // Next to nothing, and beyond all sense.
    private static readonly string[] s_odd = ["0", "-1", "1e-12", "0.5", "2147483647", "9223372036854775807", "1e20", "1e300", "-1e300", "NaN", "Infinity", "-Infinity"];

    /// <summary>All of them, each once.</summary>
    public static IReadOnlyList<string> Of(NumberRange range) => [.. ((string[])[Text(range.Smallest), Text(range.Largest), Beyond(range.Smallest, -1), Beyond(range.Largest, 1), .. s_odd]).Distinct()];

    private static string Beyond(object end, int direction) => end is double real
        ? Text(direction < 0 ? Math.BitDecrement(real) : Math.BitIncrement(real))
        : Text(Convert.ToDecimal(end, CultureInfo.InvariantCulture) + direction);

    private static string Text(object number) => OptionText.Format(number);
}
