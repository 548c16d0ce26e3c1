namespace Compression.Experiments.Plots.Pictures;

/// <summary>Something that a panel shows, one for the rows of the table that fulfil its conditions.</summary>
internal abstract record Mark
{
    /// <summary>Columns, and the value that each has in the mark's rows.</summary>
    public IReadOnlyList<(string Column, object Value)> Where { get; init; } = [];

    /// <summary>What the legend calls it; empty: nothing.</summary>
    public string Label { get; init; } = "";

    /// <summary>Whether it covers the other marks.</summary>
    public bool IsOnTop { get; init; }
}

/// <summary>How the points of a line are joined.</summary>
internal enum Connection
{
    /// <summary>Points alone.</summary>
    None,

    /// <summary>Straight from each to the next.</summary>
    Straight,

    /// <summary>Up or down first, then across.</summary>
    Steps,
}

/// <summary>Points, a line through them, or both; rows with an empty field leave a gap.</summary>
internal sealed record LineMark(Field X, Field Y, SeriesStyle Style) : Mark
{
    /// <summary>How the points are joined.</summary>
    public Connection Connection { get; init; } = Connection.Straight;

    /// <summary>One of how many points has a symbol; 0: none.</summary>
    public int PointInterval { get; init; } = 1;
}

/// <summary>The area between two lines, cut at the ends of the axis.</summary>
internal sealed record BandMark(Field X, Field Low, Field High, string Colour) : Mark;

/// <summary>An interval about each point.</summary>
internal sealed record ErrorBarMark(Field X, Field Y, Field Low, Field High, string Colour) : Mark
{
    /// <summary>Whether <c>Low</c> and <c>High</c> are on the horizontal axis.</summary>
    public bool IsHorizontal { get; init; }
}

/// <summary>A filled box a row.</summary>
internal sealed record BoxMark(Field Left, Field Right, Field Top, Field Foot, string Colour) : Mark
{
    /// <summary>The column of the texts in the middle of the boxes; empty: none.</summary>
    public string Text { get; init; } = "";

    /// <summary>The column whose number chooses the colour, where the panel has a scale of colours; empty: none.</summary>
    public string Shade { get; init; } = "";
}

/// <summary>A remark to the right of a place.</summary>
internal sealed record RemarkMark(Field X, Field Y, string Text) : Mark;

/// <summary>A grey line y = slope × x from end to end; it needs no rows.</summary>
internal sealed record SlopeMark(double Slope, LineDash Dash) : Mark;
