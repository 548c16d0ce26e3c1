using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>How the parts of a step look, in every picture that shows them: a row of boxes for each series.</summary>
internal static class StepParts
{
    private const int PlotWidth = 700;

    private static readonly string[] s_colours = ["#56B4E9", "#E69F00", "#D55E00", "#009E73", "#0072B2", SeriesStyle.Grey];

    /// <summary>The fill of a part, by its place in a step.</summary>
    public static string Fill(int part) => $"fs solid 1 border lc rgb '#FFFFFF' fc rgb '{s_colours[part]}'";

    /// <summary>Width of a picture with room for the names of its rows.</summary>
    public static int WidthFor(RunSeries[] shown) => PlotWidth + Picture.RoomFor(shown);

    /// <summary>What stands around the boxes.</summary>
    /// <param name="axis">Commands of the time axis.</param>
    /// <param name="shown">The rows, from above.</param>
    /// <param name="rowLabels">The command that names them.</param>
    public static IEnumerable<string> Frame(IEnumerable<string> axis, RunSeries[] shown, string rowLabels) =>
    [
        "set border 1",
        .. axis,
        FormattableString.Invariant($"set yrange [{shown.Length - 0.4}:-0.6]"),
        rowLabels,
        Picture.TitleOverPanels,
        "set key at screen 0.5, screen 1 - 36*point center top horizontal maxrows 1 Left reverse samplen 1.5",
        "set tmargin at screen 1 - 76*point",
        FormattableString.Invariant($"set lmargin at screen {(Picture.RoomFor(shown) - 20.0) / WidthFor(shown):F4}"),
        "set rmargin at screen 0.97",
    ];
}
