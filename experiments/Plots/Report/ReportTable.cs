using System.Globalization;

namespace Compression.Experiments.Plots.Report;

/// <summary>A cell: what people read, and what the column is sorted by.</summary>
/// <param name="Text">For people.</param>
/// <param name="Value">The number behind it; null for a text, NaN for a number that is missing.</param>
internal sealed record Cell(string Text, double? Value = null)
{
    /// <summary>A text.</summary>
    public static Cell Of(string text) => new(text);

    /// <summary>A number; a dash where it is missing.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">As .NET writes it.</param>
    /// <param name="suffix">Unit, or interval.</param>
    public static Cell Of(double value, string format, string suffix = "") =>
        new(double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) + suffix : "-", double.IsFinite(value) ? value : double.NaN);
}

/// <summary>A table whose columns sort by a click, or by a key, on their heads.</summary>
/// <param name="Caption">What it holds.</param>
/// <param name="Heads">Column heads with units.</param>
/// <param name="Rows">Cells, as many as heads.</param>
internal sealed record ReportTable(string Caption, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<Cell>> Rows)
{
    /// <summary>Writes it.</summary>
    public void Write(Html page) => page.Element("div", ["class", "wide"], () => page.Element("table", ["class", "sorts"], () =>
    {
        page.Element("caption", Caption);
        page.Element("thead", [], () => page.Element("tr", [], () =>
        {
            foreach (string head in Heads)
            {
                page.Element("th", ["scope", "col", "aria-sort", "none"], () => page.Element("button", head, "type", "button"));
            }
        }));
        page.Element("tbody", [], () =>
        {
            foreach (var row in Rows)
            {
                page.Element("tr", [], () =>
                {
                    foreach (var cell in row)
                    {
                        page.Element("td", cell.Text, cell.Value is { } value ? ["class", "number", "data-value", value.ToString("R", CultureInfo.InvariantCulture)] : []);
                    }
                });
            }
        });
    }));
}
