using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>
/// How a series looks in every picture. Colours are those of Okabe and Ito (Color Universal Design, 2008), which people tell apart whatever
/// colours they see; points and dashes tell the series apart in grey print.
/// </summary>
/// <param name="Colour">Six hexadecimal digits after #.</param>
/// <param name="Point">gnuplot's point type.</param>
/// <param name="Dash">gnuplot's dash type.</param>
/// <param name="Width">Width of its line.</param>
internal sealed record SeriesStyle(string Colour, int Point, int Dash, double Width)
{
    /// <summary>Black, which is the dense baseline's alone.</summary>
    public const string Black = "#000000";

    private static readonly int[] s_points = [5, 7, 9, 11, 13, 4, 6, 8, 10, 12];
    private static readonly int[] s_dashes = [1, 2, 4, 5];

    /// <summary>The seven colours beside black; yellow, weak on white, comes last.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442"];

    /// <summary>Grey for what is no series: frames, fronts, the rest of a step.</summary>
    public static string Grey => "#7F7F7F";

    /// <summary>The style of a series among all that a picture shows.</summary>
    public static SeriesStyle Of(RunSeries series, IReadOnlyList<RunSeries> all)
    {
        int place = all.TakeWhile(other => other.Number != series.Number).Count(other => other.IsDense == series.IsDense);
        return Of(place, series.IsDense);
    }

    /// <summary>The style of a place among the dense baselines, or among all others.</summary>
    public static SeriesStyle Of(int place, bool isDense) => isDense
        ? new SeriesStyle(Black, s_points[(place + 1) % s_points.Length], s_dashes[place % s_dashes.Length], 3)
        : new SeriesStyle(Colours[place % Colours.Count], s_points[place % s_points.Length], s_dashes[place / Colours.Count % s_dashes.Length], 2);

    /// <summary>Line and points, as a plot command says it.</summary>
    public string Line(int pointInterval) => FormattableString.Invariant(
        $"lc rgb '{Colour}' dt {Dash} lw {Width} pt {Point} ps 0.9 pi {pointInterval}");

    /// <summary>Points alone.</summary>
    public string Points => FormattableString.Invariant($"lc rgb '{Colour}' lw 1.5 pt {Point} ps 1.2");

    /// <summary>A filled area.</summary>
    public string Fill(double density) => FormattableString.Invariant($"fs transparent solid {density} noborder lc rgb '{Colour}'");
}
