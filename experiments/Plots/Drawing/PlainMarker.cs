using ScottPlot;
using SkiaSharp;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>
/// A symbol that is not broken as the line before it was. ScottPlot leaves the dashes in the paint, and Skia complains on standard error of
/// each symbol of an SVG that they are meant for.
/// </summary>
/// <param name="shape">The symbol.</param>
internal sealed class PlainMarker(MarkerShape shape) : IMarker
{
    private readonly IMarker _marker = shape.GetMarker();

    public void Render(SKCanvas canvas, Paint paint, Pixel center, float size, MarkerStyle markerStyle)
    {
        paint.SKPathEffect = null!;
        _marker.Render(canvas, paint, center, size, markerStyle);
    }
}
