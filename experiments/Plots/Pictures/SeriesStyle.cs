namespace Compression.Experiments.Plots.Pictures;

/// <summary>
/// How a series looks in every picture. Colours are those of Okabe and Ito (Color Universal Design, 2008), which people tell apart whatever
/// colours they see; symbols and dashes tell the series apart in grey print.
/// </summary>
/// <param name="Colour">Six hexadecimal digits after #.</param>
/// <param name="Point">The symbol at its points.</param>
/// <param name="IsFilled">Whether the symbol is filled.</param>
/// <param name="Dash">How its line is broken.</param>
/// <param name="Width">Width of its line in points.</param>
internal sealed record SeriesStyle(string Colour, PointShape Point, bool IsFilled, LineDash Dash, double Width)
{
    /// <summary>Black, which is the dense baseline's alone.</summary>
    public const string Black = "#000000";

    /// <summary>Grey for what is no series: frames, fronts, the rest of a step.</summary>
    public const string Grey = "#7F7F7F";

    private static readonly PointShape[] s_points = Enum.GetValues<PointShape>();
    private static readonly LineDash[] s_dashes = Enum.GetValues<LineDash>();

    /// <summary>The seven colours beside black; yellow, weak on white, comes last.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442"];

    /// <summary>The style of a place among the dense baselines, or among all others.</summary>
    public static SeriesStyle Of(int place, bool isDense)
    {
        int symbol = isDense ? place + 1 : place, dash = isDense ? place : place / Colours.Count;
        return new SeriesStyle(
            isDense ? Black : Colours[place % Colours.Count], s_points[symbol % s_points.Length], symbol / s_points.Length % 2 == 0,
            s_dashes[dash % s_dashes.Length], isDense ? 3 : 2);
    }
}
