using ScottPlot;
using Axis = Compression.Experiments.Plots.Pictures.Axis;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>Colours of an axis of colours: from yellow over grey to dark blue, as in the colour map cividis, which are told apart by lightness alone.</summary>
/// <param name="axis">The axis.</param>
internal sealed class ShadeScale(Axis axis) : IHasColorAxis
{
    /// <summary>The colours at equal distances, from the low end.</summary>
    public static IReadOnlyList<string> Colours { get; } = ["#FDEA45", "#CBBA69", "#948E77", "#576071", "#00306F"];

    public IColormap Colormap { get; } = new ScottPlot.Colormaps.CustomInterpolated([.. Colours.Select(Color.FromHex)]);

    public ScottPlot.Range GetRange() => new(PanelPlot.Place(axis, axis.Low), PanelPlot.Place(axis, axis.High));

    /// <summary>The colour of a value, and one that can be read on it.</summary>
    public (Color Fill, Color Text) Of(double value)
    {
        double share = axis.Share(axis.Inside(value));
        return (Colormap.GetColor(share), share > 0.5 ? Colors.White : Colors.Black);
    }
}
