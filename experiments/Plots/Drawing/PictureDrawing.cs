using Compression.Experiments.Plots.Pictures;
using ScottPlot;
using SkiaSharp;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>
/// A picture, laid out and ready to be drawn: its title, a legend above or beside the panels, or where the last row leaves room, the panels in
/// rows, the caption below. Every size is measured with the font that is drawn with.
/// </summary>
internal sealed class PictureDrawing : IDisposable
{
    private const float Margin = 14, Gap = 12, LeastSpare = 22;

    // Pixels of a PNG for each point.
    private const float PngScale = 1.5f;

    private readonly Lettering _title, _caption;
    private readonly PanelPlot[] _panels;
    private readonly Legend _legend;
    private readonly IReadOnlyList<string> _titleLines, _captionLines;
    private readonly float _titleMiddle;

    /// <summary>Lays it out.</summary>
    public PictureDrawing(Picture picture)
    {
        ShippedFont.Use();
        _title = new Lettering(18, "#000000", Alignment.UpperCenter);
        _caption = new Lettering(11, Styles.Faint, Alignment.UpperLeft);
        _panels = [.. picture.Panels.Select(panel => new PanelPlot(panel, picture.Data))];
        _legend = LegendOf(picture);
        float[] lefts = Columns(picture, edges => edges.Left), rights = Columns(picture, edges => Math.Max(edges.Right, LeastSpare));
        float[] tops = Rows(picture, edges => edges.Top), bottoms = Rows(picture, edges => edges.Bottom);
        float panels = lefts.Sum() + rights.Sum() + (picture.Width * lefts.Length);
        var legend = LegendSize(new PixelSize(picture.HasLegendAbove ? panels : float.MaxValue, float.MaxValue));
        bool hasLegendInside = !picture.HasLegendAbove && picture.Panels.Count % picture.Columns > 0 && legend.Width <= picture.Width && legend.Height <= picture.Height;
        Width = (int)Math.Ceiling(panels + (2 * Margin) + (picture.HasLegendAbove || hasLegendInside || legend.Width == 0 ? 0 : Gap + legend.Width));
        _titleLines = _title.Wrap(picture.Title, Width - (2 * Margin));
        _captionLines = _caption.Wrap(picture.Caption, Width - (2 * Margin));

        float legendTop = Margin + (_titleLines.Count * _title.LineHeight) + Gap, y = legendTop + (picture.HasLegendAbove ? legend.Height + Gap : 0);
        Data = [.. picture.Panels.Select((_, i) => Area(i % picture.Columns, i / picture.Columns))];
        float foot = y + tops.Sum() + bottoms.Sum() + (picture.Height * tops.Length) + (Gap * (tops.Length - 1));
        LegendArea = new PixelRect(
            picture.HasLegendAbove ? new Pixel(Middle(legend.Width) - (legend.Width / 2), legendTop)
            : hasLegendInside ? Area(picture.Panels.Count % picture.Columns, picture.Panels.Count / picture.Columns).TopLeft
            : new Pixel(Margin + panels + Gap, Data[0].Top),
            legend);
        _titleMiddle = Middle(_titleLines.Max(_title.Width));
        CaptionTop = Math.Max(foot, LegendArea.Bottom) + Gap;
        Height = (int)Math.Ceiling(CaptionTop + (_captionLines.Count * _caption.LineHeight) + Margin);

        // Over what lies between the axes, and inside the picture.
        float Middle(float width)
        {
            float least = Margin + (width / 2);
            return Math.Clamp((Data[0].Left + Data[Math.Min(picture.Columns, Data.Count) - 1].Right) / 2, least, Math.Max(least, Width - least));
        }

        PixelRect Area(int column, int row)
        {
            float left = Margin + lefts.Take(column + 1).Sum() + rights.Take(column).Sum() + (picture.Width * column);
            float top = y + tops.Take(row + 1).Sum() + bottoms.Take(row).Sum() + ((picture.Height + Gap) * row);
            return new PixelRect(left, left + picture.Width, top + picture.Height, top);
        }
    }

    /// <summary>Width in points.</summary>
    public int Width { get; }

    /// <summary>Height in points.</summary>
    public int Height { get; }

    /// <summary>The rectangles between the axes, panel by panel.</summary>
    public IReadOnlyList<PixelRect> Data { get; }

    /// <summary>Where the legend stands.</summary>
    public PixelRect LegendArea { get; }

    /// <summary>Where the caption begins.</summary>
    public float CaptionTop { get; }

    /// <summary>The content of a PNG.</summary>
    public byte[] Png()
    {
        using var surface = SKSurface.Create(new SKImageInfo((int)(Width * PngScale), (int)(Height * PngScale)));
        surface.Canvas.Scale(PngScale);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>The content of an SVG.</summary>
    public string Svg()
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(Width, Height), stream))
        {
            Draw(canvas);
        }

        return SvgFile.Of(stream.ToArray(), Width, Height);
    }

    public void Dispose()
    {
        foreach (var part in (IDisposable[])[_title, _caption, .. _panels])
        {
            part.Dispose();
        }
    }

    private void Draw(SKCanvas canvas)
    {
        canvas.DrawColor(SKColors.White);
        _title.Draw(canvas, _titleLines, _titleMiddle, Margin);
        foreach (var (panel, data) in _panels.Zip(Data))
        {
            panel.Draw(canvas, data);
        }

        using var paint = Paint.NewDisposablePaint();
        _legend.Render(canvas, paint, LegendArea, Alignment.UpperLeft);
        _caption.Draw(canvas, _captionLines, Margin, CaptionTop);
    }

    private static Legend LegendOf(Picture picture) => new(new Plot())
    {
        ManualItems = [.. picture.Legend.Select(Styles.Legend)],
        Orientation = picture.HasLegendAbove ? Orientation.Horizontal : Orientation.Vertical,
        TightHorizontalWrapping = true,
        BackgroundColor = Colors.Transparent,
        ShadowColor = Colors.Transparent,
        OutlineWidth = 0,
        SymbolWidth = picture.HasLegendAbove ? 20 : 34,
        SymbolPadding = 8,
        InterItemPadding = new PixelPadding(18, 18, 4, 4),
        Padding = new PixelPadding(2, 2),
    };

    private PixelSize LegendSize(PixelSize most)
    {
        using var paint = Paint.NewDisposablePaint();
        return _legend.ManualItems.Count == 0 ? new PixelSize(0, 0) : _legend.GetLayout(most, paint).LegendRect.Size;
    }

    private float[] Columns(Picture picture, Func<PixelPadding, float> edge) =>
        [.. _panels.Select((panel, i) => (Column: i % picture.Columns, Size: edge(panel.Edges))).GroupBy(one => one.Column).OrderBy(one => one.Key).Select(one => one.Max(size => size.Size))];

    private float[] Rows(Picture picture, Func<PixelPadding, float> edge) =>
        [.. _panels.Chunk(picture.Columns).Select(row => row.Max(panel => edge(panel.Edges)))];
}
