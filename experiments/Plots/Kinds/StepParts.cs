using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>How the parts of a step look in every picture that shows them.</summary>
internal static class StepParts
{
    private static readonly string[] s_colours = ["#56B4E9", "#CC79A7", "#E69F00", "#D55E00", "#009E73", "#0072B2", SeriesStyle.Grey];

    /// <summary>The boxes of a part: the rows of the table that carry its place.</summary>
    /// <param name="part">Place in <see cref="StepSplit.Names"/>.</param>
    /// <param name="place">Place among the parts that the picture shows.</param>
    /// <param name="left">Of the boxes.</param>
    /// <param name="right">Of the boxes.</param>
    /// <param name="top">Of the boxes.</param>
    /// <param name="foot">Of the boxes.</param>
    public static BoxMark Boxes(int part, int place, Field left, Field right, Field top, Field foot) =>
        new(left, right, top, foot, s_colours[part]) { Where = [("part", place)], Label = StepSplit.Names[part] };
}
