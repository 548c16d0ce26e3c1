using Compression.Experiments.Plots.Pictures;
using ScottPlot;
using Axis = Compression.Experiments.Plots.Pictures.Axis;
using Panel = Compression.Experiments.Plots.Pictures.Panel;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Adds the marks of a panel to a plot of ScottPlot.</summary>
/// <param name="plot">Added to.</param>
/// <param name="panel">What it shows.</param>
/// <param name="table">The data.</param>
internal sealed class MarkPlotter(Plot plot, Panel panel, PlotTable table)
{
    // Beyond the axes by so many of their lengths a point is as good as lost, and a coordinate in pixels still has its digits.
    private const double Farthest = 100;

    private const float TextLetters = 10.5f;

    /// <summary>Adds them, the lowest first.</summary>
    public static void Add(Plot plot, Panel panel, PlotTable table)
    {
        var plotter = new MarkPlotter(plot, panel, table);
        foreach (var mark in panel.FromBelow)
        {
            plotter.Add(mark);
        }
    }

    private void Add(Mark mark)
    {
        switch (mark)
        {
            case LineMark line: AddLine(line); break;
            case BandMark band: AddBand(band); break;
            case ErrorBarMark bars: AddErrorBars(bars); break;
            case BoxMark boxes: AddBoxes(boxes); break;
            case RemarkMark remark: AddRemark(remark); break;
            case SlopeMark slope: AddSlope(slope); break;
            default: throw new ArgumentException(mark.ToString(), nameof(mark));
        }
    }

    private void AddLine(LineMark mark)
    {
        double[] x = Places(mark, panel.X, mark.X), y = Places(mark, panel.Y, mark.Y);
        if (mark.Connection != Connection.None)
        {
            var line = plot.Add.ScatterLine(x, y);
            line.LineStyle = Styles.Line(mark.Style);
            line.ConnectStyle = mark.Connection == Connection.Steps ? ConnectStyle.StepVertical : ConnectStyle.Straight;
        }

        if (mark.PointInterval > 0)
        {
            int[] shown = [.. Enumerable.Range(0, x.Length).Where(i => i % mark.PointInterval == 0 && double.IsFinite(x[i]) && double.IsFinite(y[i]))];
            plot.Add.Markers(shown.Select(i => x[i]).ToArray(), shown.Select(i => y[i]).ToArray()).MarkerStyle = Styles.Point(mark);
        }
    }

    private void AddBand(BandMark mark)
    {
        double[] x = Places(mark, panel.X, mark.X), low = Places(mark, panel.Y, mark.Low, inside: true), high = Places(mark, panel.Y, mark.High, inside: true);
        int[] whole = [.. Enumerable.Range(0, x.Length).Where(i => double.IsFinite(x[i] + low[i] + high[i]))];
        if (whole.Length > 0)
        {
            var band = plot.Add.FillY([.. whole.Select(i => x[i])], [.. whole.Select(i => low[i])], [.. whole.Select(i => high[i])]);
            band.FillColor = Color.FromHex(mark.Colour).WithAlpha(Styles.BandOpacity);
            band.LineWidth = 0;
            band.MarkerStyle.IsVisible = false;
        }
    }

    private void AddErrorBars(ErrorBarMark mark)
    {
        var along = mark.IsHorizontal ? panel.X : panel.Y;
        double[] x = Places(mark, panel.X, mark.X), y = Places(mark, panel.Y, mark.Y), middle = mark.IsHorizontal ? x : y;
        double[] low = Places(mark, along, mark.Low, inside: true), high = Places(mark, along, mark.High, inside: true);
        int[] whole = [.. Enumerable.Range(0, x.Length).Where(i => double.IsFinite(x[i] + y[i] + low[i] + high[i]))];
        double[] up = [.. whole.Select(i => high[i] - middle[i])], down = [.. whole.Select(i => middle[i] - low[i])];
        var bars = new ScottPlot.Plottables.ErrorBar(
            [.. whole.Select(i => x[i])], [.. whole.Select(i => y[i])], mark.IsHorizontal ? up : null, mark.IsHorizontal ? down : null,
            mark.IsHorizontal ? null : up, mark.IsHorizontal ? null : down)
        {
            Color = Color.FromHex(mark.Colour),
            LineWidth = 1.5f,
            CapSize = 4,
        };
        plot.PlottableList.Add(bars);
    }

    private void AddBoxes(BoxMark mark)
    {
        var scale = panel.Shades is { } shades && mark.Shade.Length > 0 ? new ShadeScale(shades) : null;
        foreach (var row in table.RowsWhere(mark.Where))
        {
            double left = Place(panel.X, mark.Left, row), right = Place(panel.X, mark.Right, row), top = Place(panel.Y, mark.Top, row), foot = Place(panel.Y, mark.Foot, row);
            if (!double.IsFinite(left + right + top + foot))
            {
                continue;
            }

            // The gap between neighbours lies under both, so that a thin box is not lost in it.
            var gap = plot.Add.Rectangle(left, right, foot, top);
            gap.FillColor = Colors.Transparent;
            gap.LineColor = Colors.White;
            var (fill, ink) = scale?.Of(((Field)mark.Shade).Of(table, row)) ?? (Color.FromHex(mark.Colour), Colors.Black);
            var box = plot.Add.Rectangle(left, right, foot, top);
            box.FillColor = fill;
            box.LineWidth = 0;
            object text = mark.Text.Length > 0 ? row[table.Column(mark.Text)] : "";
            AddText(text is double number ? AxisNumber.Short(number) : (string)text, (left + right) / 2, (top + foot) / 2, ink, Alignment.MiddleCenter);
        }
    }

    private void AddRemark(RemarkMark mark)
    {
        foreach (var row in table.RowsWhere(mark.Where))
        {
            AddText(mark.Text, Place(panel.X, mark.X, row), Place(panel.Y, mark.Y, row), Color.FromHex(Styles.Faint), Alignment.MiddleLeft).OffsetX = 6;
        }
    }

    private ScottPlot.Plottables.Text AddText(string text, double x, double y, Color colour, Alignment alignment)
    {
        var added = plot.Add.Text(text, x, y);
        added.LabelFontSize = TextLetters;
        added.LabelFontColor = colour;
        added.LabelAlignment = alignment;
        added.LabelBorderWidth = 0;
        return added;
    }

    private void AddSlope(SlopeMark mark)
    {
        // A straight line on linear axes, and on logarithmic ones alike.
        double[] ends = [panel.X.Low, panel.X.High];
        var line = plot.Add.ScatterLine(
            ends.Select(end => PanelPlot.Place(panel.X, end)).ToArray(), ends.Select(end => PanelPlot.Place(panel.Y, mark.Slope * end)).ToArray());
        line.LineStyle = Styles.Line(mark);
    }

    private double[] Places(Mark mark, Axis axis, Field field, bool inside = false) => [.. table.RowsWhere(mark.Where).Select(row => Place(axis, field, row, inside))];

    private double Place(Axis axis, Field field, IReadOnlyList<object> row, bool inside = false)
    {
        double value = field.Of(table, row), low = PanelPlot.Place(axis, axis.Low), high = PanelPlot.Place(axis, axis.High);
        double reach = Farthest * Math.Abs(high - low);
        return Math.Clamp(PanelPlot.Place(axis, inside ? axis.Inside(value) : value), Math.Min(low, high) - reach, Math.Max(low, high) + reach);
    }
}
