namespace Compression.Experiments.Plots.Pictures;

/// <summary>A picture: a table, and panels that show it. What is said here is all that a drawing knows.</summary>
internal sealed record Picture
{
    /// <summary>The kind's name, which is the name of its files.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>Machine, workers, seeds, corpus, and what a reader must know.</summary>
    public required string Caption { get; init; }

    /// <summary>What it draws.</summary>
    public required PlotTable Data { get; init; }

    /// <summary>Row by row, from the upper left.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>Panels side by side.</summary>
    public int Columns { get; init; } = 1;

    /// <summary>Width of what lies between the axes of each panel, in points.</summary>
    public int Width { get; init; } = 620;

    /// <summary>Height of what lies between the axes of each panel, in points.</summary>
    public int Height { get; init; } = 440;

    /// <summary>Whether the legend is a line above the panels; else it stands beside them, or where a last row that is not full leaves room for it. It never lies on them.</summary>
    public bool HasLegendAbove { get; init; }

    /// <summary>The marks that the legend names, each name once.</summary>
    public IEnumerable<Mark> Legend => Panels.SelectMany(panel => panel.Marks).Where(mark => mark.Label.Length > 0).DistinctBy(mark => mark.Label, StringComparer.Ordinal);
}
