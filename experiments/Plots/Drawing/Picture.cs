using System.Text;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>A picture: a table, and a gnuplot script that draws it as PNG and as SVG.</summary>
internal sealed record Picture
{
    private const int CaptionLine = 15;

    private const double CaptionLetter = 6.1, LabelLetter = 8.4;

    /// <summary>The kind's name, which is the name of its files.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>Machine, workers, seeds, corpus, and what a reader must know.</summary>
    public required string Caption { get; init; }

    /// <summary>What it draws.</summary>
    public required PlotTable Data { get; init; }

    /// <summary>gnuplot's commands between the opening of a file and its closing.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>Width in points.</summary>
    public int Width { get; init; } = 960;

    /// <summary>Height in points, the caption not counted.</summary>
    public int Height { get; init; } = 560;

    /// <summary>Points that the longest of some labels takes, with its symbol.</summary>
    public static int RoomFor(IEnumerable<RunSeries> series) => 60 + (int)(LabelLetter * series.Max(one => one.Label.Length));

    /// <summary>Of a picture with several panels: its title stands over them all.</summary>
    public static string TitleOverPanels =>
        "unset title\nset label 99 picture_title at screen 0.5, screen 1 - 20*point center font ',15'";

    /// <summary>The script; it runs by itself in the folder of its table.</summary>
    public string Script()
    {
        var caption = GnuplotText.Wrap(Caption, (int)((Width - 24) / CaptionLetter));
        int height = Height + (caption.Count * CaptionLine);
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(FormattableString.Invariant(line)).Append('\n');
        Line($"# {Title.ReplaceLineEndings(" ")}. Draws {Name}.png and {Name}.svg from {Name}.csv: gnuplot {Name}.gp");
        Line($"# The value of a column in the rows of one series, and nothing in the others.");
        Line($"pick(series, field) = column(1) == series ? column(field) : NaN");
        Line($"# One point as a share of the height, and where the caption ends.");
        Line($"point = 1.0/{height}");
        Line($"caption_top = {(caption.Count * CaptionLine) + 8}*point");
        Line($"picture_title = {GnuplotText.Quote(Title)}");
        Line($"do for [ending in 'png svg'] {{");
        Line($"reset");
        Line($"set encoding utf8");
        Line($"set datafile separator comma");
        Line($"if (ending eq 'png') {{");
        Line($"set terminal pngcairo noenhanced size {Width * 3 / 2},{height * 3 / 2} font 'Sans,11' fontscale 1.5 linewidth 1.5 pointscale 1.5");
        Line($"}} else {{");
        Line($"set terminal svg noenhanced size {Width},{height} dynamic font 'Arial,11' fontscale 1.2 background '#FFFFFF'");
        Line($"}}");
        Line($"set output '{Name}.'.ending");
        Line($"set grid back lc rgb '#D8D8D8' lw 1 dt 1");
        Line($"set border 3 lc rgb '#444444'");
        Line($"set tics nomirror out");
        Line($"set key outside right top reverse Left samplen 2.5 spacing 1.1");
        Line($"set title picture_title font ',15' offset 0, 0.3");
        Line($"set bmargin at screen caption_top + 56*point");
        for (int i = 0; i < caption.Count; i++)
        {
            string place = FormattableString.Invariant($"at screen 0.012, screen {((caption.Count - i - 1) * CaptionLine) + 10}*point");
            Line($"set label {i + 1} {GnuplotText.Quote(caption[i])} {place} left font ',9' textcolor rgb '#555555'");
        }

        foreach (string command in Commands)
        {
            text.Append(command).Append('\n');
        }

        Line($"unset output");
        Line($"}}");
        return text.ToString();
    }

    /// <summary>One plot command over several curves.</summary>
    public static string Plot(IEnumerable<string> curves) => "plot " + string.Join(", \\\n     ", curves);

    /// <summary>The last panel of several: a legend beside the others, as high as the picture. It ends the panels.</summary>
    /// <param name="left">Where it begins, as a share of the width.</param>
    /// <param name="series">Labels and styles.</param>
    public static IEnumerable<string> LegendPanel(double left, IEnumerable<(string Label, SeriesStyle Style)> series) =>
    [
        "unset title",
        "unset border",
        "unset tics",
        "unset xlabel",
        "unset ylabel",
        FormattableString.Invariant($"set lmargin at screen {left:F4}"),
        "set rmargin at screen 0.995",
        "set tmargin at screen 1 - 44*point",
        "set bmargin at screen caption_top",
        "set key inside left top Left reverse samplen 2.5 spacing 1.1",
        Plot(series.Select(one => $"NaN with linespoints {one.Style.Line(1)} title {GnuplotText.Quote(one.Label)}")),
        "unset multiplot",
    ];
}
