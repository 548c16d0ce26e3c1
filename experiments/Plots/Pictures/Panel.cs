namespace Compression.Experiments.Plots.Pictures;

/// <summary>A pair of axes with what they show.</summary>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Marks">In the order of the legend; a later one covers an earlier one.</param>
internal sealed record Panel(Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    /// <summary>Stands above it; empty: nothing.</summary>
    public string Title { get; init; } = "";

    /// <summary>The axis of colours, where boxes are shaded by a number.</summary>
    public Axis? Shades { get; init; }

    /// <summary>Its marks as they lie on each other.</summary>
    public IEnumerable<Mark> FromBelow => Marks.OrderBy(mark => mark.IsOnTop);
}
