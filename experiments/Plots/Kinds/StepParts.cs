using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>How the parts of a step look in every picture that shows them.</summary>
internal static class StepParts
{
    private static readonly string[] s_colours = ["#56B4E9", "#E69F00", "#D55E00", "#009E73", "#0072B2", SeriesStyle.Grey];

    /// <summary>The boxes of a part, by its place in a step: the rows of the table that carry it.</summary>
    public static BoxMark Boxes(int part, string name, Field left, Field right, Field top, Field foot) =>
        new(left, right, top, foot, s_colours[part]) { Where = [("part", part)], Label = name };
}
