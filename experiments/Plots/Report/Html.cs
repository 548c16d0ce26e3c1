using System.Net;
using System.Text;

namespace Compression.Experiments.Plots.Report;

/// <summary>Writes HTML that is well-formed XML too: every element closed, every text escaped.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    /// <summary>Opens an element, writes what is in it, and closes it.</summary>
    /// <param name="name">The element.</param>
    /// <param name="attributes">Names and values in turn.</param>
    /// <param name="content">Writes the inside; null for an empty element.</param>
    public Html Element(string name, string[] attributes, Action? content = null)
    {
        _text.Append('<').Append(name);
        for (int i = 0; i + 1 < attributes.Length; i += 2)
        {
            _text.Append(' ').Append(attributes[i]).Append("=\"").Append(Escape(attributes[i + 1])).Append('"');
        }

        if (content is null)
        {
            _text.Append("/>\n");
            return this;
        }

        _text.Append('>');
        content();
        _text.Append("</").Append(name).Append(">\n");
        return this;
    }

    /// <summary>An element with a text in it.</summary>
    public Html Element(string name, string text, params string[] attributes) => Element(name, attributes, () => Text(text));

    /// <summary>A text, escaped.</summary>
    public Html Text(string text)
    {
        _text.Append(Escape(text));
        return this;
    }

    /// <summary>What is HTML already.</summary>
    public Html Raw(string html)
    {
        _text.Append(html);
        return this;
    }

    public override string ToString() => _text.ToString();

    // Control characters have no place in XML, escaped or not.
    private static string Escape(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? ' ' : c)));
}
