using ScottPlot;
using SkiaSharp;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>
/// Liberation Sans, which lies in this assembly: all text of pictures is drawn with it, so that they look the same on a machine without fonts.
/// Its letters are as wide as Arial's, which a reader's machine may put in its place in an SVG.
/// </summary>
internal sealed class ShippedFont : IFontResolver
{
    /// <summary>Its family.</summary>
    public const string Name = "Liberation Sans";

    /// <summary>The family, and those that may take its place in an SVG.</summary>
    public const string Families = $"'{Name}', Arial, Helvetica, sans-serif";

    private const string Resource = "LiberationSans-Regular.ttf";

    private static readonly ShippedFont s_font = new();

    private readonly SKTypeface _typeface;

    private ShippedFont()
    {
        using var stream = typeof(ShippedFont).Assembly.GetManifestResourceStream(Resource)!;
        _typeface = SKTypeface.FromStream(stream);
        Fonts.Default = Name;
        Fonts.FontResolvers.Insert(0, this);
    }

    /// <summary>Has ScottPlot draw with it from now on.</summary>
    public static void Use() => _ = s_font;

    public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => _typeface;

    public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => _typeface;
}
