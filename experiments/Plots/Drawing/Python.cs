using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Values as Python and matplotlib write them.</summary>
internal static class Python
{
    private static readonly JsonSerializerOptions s_quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A string: JSON's escapes are Python's.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, s_quoting);

    /// <summary>A string that matplotlib draws as it is, without formulas between dollars.</summary>
    public static string Text(string text) => Quote(text.Replace("$", "\\$", StringComparison.Ordinal));

    /// <summary>A number.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A list.</summary>
    public static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    /// <summary>The field in the rows of a mark.</summary>
    public static string Pick(Mark mark, Field field)
    {
        if (field.Column.Length == 0)
        {
            return Number(field.Offset);
        }

        string picked = $"pick({Rows(mark, field.Column)})" + (field.Unit == 1 ? "" : $" / {Number(field.Unit)}");
        return field.Offset == 0 ? picked : field.Offset > 0 ? $"{picked} + {Number(field.Offset)}" : $"{picked} - {Number(-field.Offset)}";
    }

    /// <summary>A column, and the conditions of a mark's rows, as arguments.</summary>
    public static string Rows(Mark mark, string column) =>
        string.Join(", ", [Quote(column), .. mark.Where.Select(condition => $"{condition.Column}={Quote(Convert.ToString(condition.Value, CultureInfo.InvariantCulture)!)}")]);

    /// <summary>The style of a line.</summary>
    public static string Line(LineMark mark)
    {
        string line = mark.Connection == Connection.None ? "linestyle=\"none\"" : $"linestyle={Dash(mark.Style.Dash)}, linewidth={Number(mark.Style.Width)}";
        string steps = mark.Connection == Connection.Steps ? ", drawstyle=\"steps-pre\"" : "";
        string points = mark.PointInterval == 0 ? "" : $", marker=\"{Symbol(mark.Style.Point)}\", markevery={mark.PointInterval}" + (mark.Style.IsFilled ? "" : ", markerfacecolor=\"none\"");
        return $"color=\"{mark.Style.Colour}\", {line}{steps}{points}";
    }

    /// <summary>How a line is broken.</summary>
    public static string Dash(LineDash dash) => dash switch
    {
        LineDash.Solid => "\"-\"",
        LineDash.Dashed => "\"--\"",
        LineDash.DashDotted => "\"-.\"",
        _ => "\":\"",
    };

    private static string Symbol(PointShape point) => point switch
    {
        PointShape.Square => "s",
        PointShape.Circle => "o",
        PointShape.TriangleUp => "^",
        PointShape.TriangleDown => "v",
        _ => "D",
    };
}
