using Compression.Experiments.Plots.Pictures;
using ScottPlot;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>The look of marks, as ScottPlot says it.</summary>
internal static class Styles
{
    /// <summary>Of what stands back: captions, remarks.</summary>
    public const string Faint = "#555555";

    /// <summary>Of a confidence band, through which lines are seen.</summary>
    public const double BandOpacity = 0.2;

    private const float PointSize = 8, LonePointSize = 10;

    private static readonly LinePattern s_dashed = new([9, 5], 0, "Dashed"), s_dashDotted = new([9, 4, 2, 4], 0, "DashDotted"), s_dotted = new([2, 4], 0, "Dotted");

    /// <summary>A series' line.</summary>
    public static LineStyle Line(SeriesStyle style) => new((float)style.Width, Color.FromHex(style.Colour), Pattern(style.Dash));

    /// <summary>A grey line.</summary>
    public static LineStyle Line(SlopeMark mark) => new(1.5f, Color.FromHex(SeriesStyle.Grey), Pattern(mark.Dash));

    /// <summary>The symbols of a series, larger where no line joins them.</summary>
    public static MarkerStyle Point(LineMark mark)
    {
        var colour = Color.FromHex(mark.Style.Colour);
        return new MarkerStyle(Shape(mark.Style), mark.Connection == Connection.None ? LonePointSize : PointSize, colour)
        {
            FillColor = mark.Style.IsFilled ? colour : Colors.Transparent,
            OutlineColor = colour,
            LineColor = colour,
            LineWidth = 1.5f,
            OutlineWidth = mark.Style.IsFilled ? 0 : 1.5f,
            CustomRenderer = new PlainMarker(Shape(mark.Style)),
        };
    }

    /// <summary>What the legend shows of a mark.</summary>
    public static LegendItem Legend(Mark mark)
    {
        var item = new LegendItem { LabelText = mark.Label, LabelFontSize = 13, MarkerStyle = MarkerStyle.None };
        switch (mark)
        {
            case LineMark line:
                item.LineStyle = line.Connection == Connection.None ? LineStyle.None : Line(line.Style);
                item.MarkerStyle = line.PointInterval > 0 ? Point(line) : MarkerStyle.None;
                break;
            case SlopeMark slope:
                item.LineStyle = Line(slope);
                break;
            case BoxMark box:
                item.FillColor = Color.FromHex(box.Colour);
                break;
        }

        return item;
    }

    private static MarkerShape Shape(SeriesStyle style) => (style.Point, style.IsFilled) switch
    {
        (PointShape.Square, true) => MarkerShape.FilledSquare,
        (PointShape.Square, false) => MarkerShape.OpenSquare,
        (PointShape.Circle, true) => MarkerShape.FilledCircle,
        (PointShape.Circle, false) => MarkerShape.OpenCircle,
        (PointShape.TriangleUp, true) => MarkerShape.FilledTriangleUp,
        (PointShape.TriangleUp, false) => MarkerShape.OpenTriangleUp,
        (PointShape.TriangleDown, true) => MarkerShape.FilledTriangleDown,
        (PointShape.TriangleDown, false) => MarkerShape.OpenTriangleDown,
        (_, true) => MarkerShape.FilledDiamond,
        (_, false) => MarkerShape.OpenDiamond,
    };

    private static LinePattern Pattern(LineDash dash) => dash switch
    {
        LineDash.Solid => LinePattern.Solid,
        LineDash.Dashed => s_dashed,
        LineDash.DashDotted => s_dashDotted,
        _ => s_dotted,
    };
}
