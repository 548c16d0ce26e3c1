namespace Compression.Experiments.Plots.Pictures;

/// <summary>How a line is broken.</summary>
internal enum LineDash
{
    /// <summary>Not at all.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dashed,

    /// <summary>A dash and a dot in turn.</summary>
    DashDotted,

    /// <summary>Dots.</summary>
    Dotted,
}
