using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Compression.Tracking.Wandb.Log;

/// <summary>Items as a line of JSON.</summary>
internal static class HistoryLine
{
    /// <summary>Number of the row in its run; what charts use that name no other axis.</summary>
    public const string Step = "_step";

    /// <summary>Seconds since the run's start.</summary>
    public const string Runtime = "_runtime";

    /// <summary>Unix time in seconds.</summary>
    public const string Timestamp = "_timestamp";

    /// <summary>The row's number; null where it has none.</summary>
    public static long? StepOf(IReadOnlyList<Item> items) => Number(items, Step);

    /// <summary>A whole number among the items; null where there is none of that name.</summary>
    public static long? Number(IReadOnlyList<Item> items, string name)
    {
        foreach (var item in items)
        {
            if (item.Name == name && long.TryParse(item.Json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            {
                return number;
            }
        }

        return null;
    }

    /// <summary>An object of the items.</summary>
    /// <param name="items">Names and JSON texts.</param>
    /// <param name="firstStep">Added to <see cref="Step"/>: the run's rows follow those that the server had before.</param>
    public static string Of(IReadOnlyList<Item> items, long firstStep = 0)
    {
        var line = new StringBuilder("{");
        foreach (var item in items)
        {
            line.Append(line.Length > 1 ? "," : "").Append('"').Append(JsonEncodedText.Encode(item.Name)).Append("\":");
            if (item.Name == Step && firstStep != 0 && StepOf(items) is { } step)
            {
                line.Append(CultureInfo.InvariantCulture, $"{firstStep + step}");
            }
            else
            {
                line.Append(Finite(item.Json));
            }
        }

        return line.Append('}').ToString();
    }

    /// <summary>A figure in JSON: NaN and the infinities are strings.</summary>
    public static string Json(object value) => value switch
    {
        double.NaN => "\"NaN\"",
        double.PositiveInfinity => "\"Infinity\"",
        double.NegativeInfinity => "\"-Infinity\"",
        string text => $"\"{JsonEncodedText.Encode(text)}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"a figure of type {value.GetType()}"),
    };

    // Logs of Python programs hold these words bare, which is no JSON.
    private static string Finite(string json) => json is "NaN" or "Infinity" or "-Infinity" ? $"\"{json}\"" : json;
}
