using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>A kind whose pictures have rows with names, and boxes along an axis of milliseconds.</summary>
internal abstract class RowPicture(string name, string summary) : PlotKind(name, summary)
{
    private const int FewestRows = 3;

    /// <summary>Frames boxes.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="caption">What a reader must know.</param>
    /// <param name="table">The data.</param>
    /// <param name="rows">Names from the top, and the height of each in points.</param>
    /// <param name="axis">The name of the axis, and the column with the boxes' right ends.</param>
    /// <param name="boxes">In the order of the legend.</param>
    private protected Picture Frame(
        string title, string caption, PlotTable table, (IReadOnlyList<string> Names, int Height) rows, (string Name, string Right) axis, IEnumerable<BoxMark> boxes) => new()
        {
            Name = Name,
            Title = title,
            Caption = caption,
            Data = table,
            Panels = [new Panel(Axis.FromZero(table.Values(axis.Right)).Marked().Named(axis.Name), Axis.OfNames(rows.Names, isVertical: true), [.. boxes])],
            HasLegendAbove = true,
            Width = 680,
            Height = Math.Max(FewestRows, rows.Names.Count) * rows.Height,
        };
}
