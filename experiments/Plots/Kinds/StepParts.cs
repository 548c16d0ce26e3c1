using Compression.Experiments.Plots.Drawing;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>How the parts of a step look, in every picture that shows them.</summary>
internal static class StepParts
{
    private static readonly string[] s_colours = ["#56B4E9", "#E69F00", "#D55E00", "#009E73", "#0072B2", SeriesStyle.Grey];

    /// <summary>The fill of a part, by its place in a step.</summary>
    public static string Fill(int part) => $"fs solid 1 border lc rgb '#FFFFFF' fc rgb '{s_colours[part]}'";
}
