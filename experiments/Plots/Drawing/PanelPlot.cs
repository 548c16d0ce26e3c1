using Compression.Experiments.Plots.Pictures;
using ScottPlot;
using SkiaSharp;
using Axis = Compression.Experiments.Plots.Pictures.Axis;
using Panel = Compression.Experiments.Plots.Pictures.Panel;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>A panel as a plot of ScottPlot: axes, grid and marks.</summary>
internal sealed class PanelPlot : IDisposable
{
    private const float TickLetters = 12, LabelLetters = 13, TitleLetters = 14, ShadesGap = 12;

    private const string LineColour = "#444444", GridColour = "#E2E2E2";

    private readonly Plot _plot = new();

    /// <summary>Composes it; nothing is drawn yet.</summary>
    public PanelPlot(Panel panel, PlotTable table)
    {
        _plot.RenderManager.ClearCanvasBeforeEachRender = false;
        _plot.FigureBackground.Color = Colors.Transparent;
        _plot.Grid.MajorLineColor = Color.FromHex(GridColour);
        foreach (var (grid, axis) in ((GridStyle, Axis)[])[(_plot.Grid.XAxisStyle, panel.X), (_plot.Grid.YAxisStyle, panel.Y)])
        {
            grid.IsVisible = !axis.HasNames;
            grid.MajorLineStyle.AntiAlias = true;
        }

        _plot.Axes.Top.IsVisible = _plot.Axes.Right.IsVisible = false;
        _plot.Axes.Title.Label.FontSize = TitleLetters;
        _plot.Axes.Title.Label.Text = panel.Title;
        _plot.Axes.Title.IsVisible = panel.Title.Length > 0;
        SetUp(_plot.Axes.Bottom, panel.X);
        SetUp(_plot.Axes.Left, panel.Y);
        if (panel.Shades is { } shades)
        {
            var bar = new ScottPlot.Panels.ColorBar(new ShadeScale(shades)) { Width = 16 };
            SetUp(bar.Axis, shades);
            _plot.Axes.AddPanel(bar);
            _plot.Axes.Right.MinimumSize = _plot.Axes.Right.MaximumSize = ShadesGap;
        }

        MarkPlotter.Add(_plot, panel, table);
        _plot.Axes.SetLimits(Place(panel.X, panel.X.Low), Place(panel.X, panel.X.High), Place(panel.Y, panel.Y.Low), Place(panel.Y, panel.Y.High));

        // ScottPlot draws anew where it finds that the limits have changed, as they have at first: a vector file would hold everything twice.
        _plot.RenderInMemory(1, 1);
        Edges = new PixelPadding(Size(Edge.Left), Size(Edge.Right), Size(Edge.Bottom), Size(Edge.Top));

        float Size(Edge edge) => _plot.LastRender.Layout.PanelSizes.Where(one => one.Key.Edge == edge).Sum(one => one.Value);
    }

    /// <summary>What stands on each side of the data: marks, names, a scale of colours.</summary>
    public PixelPadding Edges { get; }

    /// <summary>Where a value stands on an axis of ScottPlot, whose own are linear.</summary>
    public static double Place(Axis axis, double value) => axis.IsLogarithmic ? (value > 0 ? Math.Log10(value) : double.NaN) : value;

    /// <summary>Draws it.</summary>
    /// <param name="canvas">Drawn on.</param>
    /// <param name="data">The rectangle between the axes.</param>
    public void Draw(SKCanvas canvas, PixelRect data)
    {
        _plot.Layout.Fixed(data);
        _plot.Render(canvas, new PixelRect(data.Left - Edges.Left, data.Right + Edges.Right, data.Bottom + Edges.Bottom, data.Top - Edges.Top));
    }

    public void Dispose() => _plot.Dispose();

    private static void SetUp(IAxis axis, Axis from)
    {
        axis.Label.Text = from.Label;
        axis.Label.FontSize = LabelLetters;
        axis.Label.Bold = false;
        axis.TickLabelStyle.FontSize = TickLetters;
        axis.TickLabelStyle.ForeColor = Color.FromHex(LineColour);
        axis.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. from.Ticks.Select(tick => tick.Label.Length > 0 ? ScottPlot.Tick.Major(Place(from, tick.Value), tick.Label) : ScottPlot.Tick.Minor(Place(from, tick.Value)))]);
        axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = Color.FromHex(LineColour);
        axis.FrameLineStyle.AntiAlias = axis.MajorTickStyle.AntiAlias = axis.MinorTickStyle.AntiAlias = true;
        axis.FrameLineStyle.Width = from.HasNames ? 0 : 1;
        axis.MajorTickStyle.Length = from.HasNames ? 0 : 5;
        axis.MinorTickStyle.Length = from.HasNames ? 0 : 3;
        if (axis is ScottPlot.AxisPanels.AxisBase { } sized)
        {
            sized.PaddingBetweenTickAndAxisLabels = new PixelPadding(8, 6);
        }
    }
}
