using System.Xml;
using System.Xml.Linq;

namespace Compression.Experiments.Plots.Report;

/// <summary>Makes a picture's file a part of a page.</summary>
internal static class InlineSvg
{
    /// <summary>The svg element alone, with identifiers that are the picture's own, as several pictures stand on a page.</summary>
    /// <param name="svg">Content of the file.</param>
    /// <param name="name">The picture's name, put before each identifier.</param>
    /// <param name="title">What screen readers say.</param>
    public static string Of(string svg, string name, string title)
    {
        using var reader = XmlReader.Create(new StringReader(svg), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        var root = XDocument.Load(reader).Root!;
        var known = root.DescendantsAndSelf().Attributes("id").Select(attribute => attribute.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var attribute in root.DescendantsAndSelf().Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).ToList())
        {
            if (attribute.Name == "id")
            {
                attribute.Value = $"{name}-{attribute.Value}";
            }
            else if (attribute.Value.StartsWith('#') && known.Contains(attribute.Value[1..]))
            {
                attribute.Value = $"#{name}-{attribute.Value[1..]}";
            }
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
            {
                attribute.Value = $"url(#{name}-{attribute.Value[5..]}";
            }
        }

        root.DescendantNodes().OfType<XComment>().Remove();
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-label", title);
        return root.ToString(SaveOptions.DisableFormatting);
    }
}
