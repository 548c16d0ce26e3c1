using System.Xml.Linq;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>What an SVG of Skia lacks: a box that lets it be scaled, and families of fonts for machines that have not got the one it was drawn with.</summary>
internal static class SvgFile
{
    private const string Family = "font-family";

    /// <summary>The file's content.</summary>
    /// <param name="drawn">As Skia wrote it.</param>
    /// <param name="width">Width in points.</param>
    /// <param name="height">Height in points.</param>
    public static string Of(byte[] drawn, int width, int height)
    {
        var root = XDocument.Load(new MemoryStream(drawn)).Root!;
        root.SetAttributeValue("viewBox", FormattableString.Invariant($"0 0 {width} {height}"));
        foreach (var text in root.Descendants().Where(element => element.Attribute(Family) is not null))
        {
            text.SetAttributeValue(Family, ShippedFont.Families);
            text.Value = text.Value.Trim();
        }

        return root.ToString(SaveOptions.DisableFormatting) + "\n";
    }
}
