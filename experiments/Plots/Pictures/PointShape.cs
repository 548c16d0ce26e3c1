namespace Compression.Experiments.Plots.Pictures;

/// <summary>The symbol at a point.</summary>
internal enum PointShape
{
    /// <summary>A square.</summary>
    Square,

    /// <summary>A circle.</summary>
    Circle,

    /// <summary>A triangle that stands.</summary>
    TriangleUp,

    /// <summary>A triangle on its tip.</summary>
    TriangleDown,

    /// <summary>A square on its tip.</summary>
    Diamond,
}
