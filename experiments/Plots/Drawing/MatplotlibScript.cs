using System.Globalization;
using System.Text;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>A script for a user's own Python with matplotlib, which draws a picture from its CSV, to be restyled for a paper. Nothing here runs it.</summary>
internal sealed class MatplotlibScript
{
    private const double PointsOfAnInch = 72;

    private readonly StringBuilder _text = new();

    private MatplotlibScript()
    {
    }

    /// <summary>The script of a picture.</summary>
    public static string Of(Picture picture)
    {
        var script = new MatplotlibScript();
        script.Write(picture);
        return script._text.ToString();
    }

    private void Write(Picture picture)
    {
        int rows = (picture.Panels.Count + picture.Columns - 1) / picture.Columns;
        double width = ((picture.Width * picture.Columns) + 160) / PointsOfAnInch, height = ((picture.Height * rows) + 120) / PointsOfAnInch;
        string[] caption = picture.Caption.ReplaceLineEndings(" ").Split(". ");
        Line($"# {picture.Title.ReplaceLineEndings(" ")}: draws {picture.Name}.pdf from {picture.Name}.csv (python3 {picture.Name}.py, with matplotlib 3.5 or later).");
        foreach (string sentence in caption)
        {
            Line($"# {sentence.TrimEnd('.')}.");
        }

        bool hasBoxes = picture.Panels.Any(panel => panel.Marks.Any(mark => mark is BoxMark)), hasShades = picture.Panels.Any(panel => panel.Shades is not null);
        _text.Append("""
            import csv
            from pathlib import Path

            import matplotlib.pyplot as plt
            import numpy as np

            """).Append(hasShades ? "from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize\n" : "").Append("""

            here = Path(__file__)
            with here.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
                table = list(csv.DictReader(file))


            def words(column, **where):
                return [row[column] for row in table if all(row[name] == value for name, value in where.items())]


            def pick(column, **where):
                return np.array([float(word or "nan") for word in words(column, **where)])



            """).Append(!hasBoxes ? "" : """
            def boxes(axes, left, right, top, foot, texts=(), ink="black", **style):
                axes.barh((top + foot) / 2, right - left, abs(top - foot), left, edgecolor="white", **style)
                for x, y, text, colour in zip((left + right) / 2, (top + foot) / 2, texts, np.broadcast_to(ink, len(texts))):
                    axes.text(x, y, text, color=str(colour), ha="center", va="center", fontsize=8)



            """);
        Line($"figure, grid = plt.subplots({rows}, {picture.Columns}, figsize=({width:F1}, {height:F1}), squeeze=False, layout=\"constrained\")");
        Line($"figure.suptitle({Python.Text(picture.Title)})");
        for (int i = 0; i < picture.Panels.Count; i++)
        {
            Line($"\naxes = grid[{i / picture.Columns}, {i % picture.Columns}]");
            Write(picture.Panels[i]);
        }

        string[] labels = [.. picture.Legend.Select(mark => mark.Label)];
        Line($"");
        if (picture.Panels.Count < rows * picture.Columns)
        {
            Line($"for axes in grid.flat[{picture.Panels.Count}:]:\n    axes.remove()");
        }

        if (labels.Length > 0)
        {
            string place = picture.HasLegendAbove ? $"loc=\"lower center\", bbox_to_anchor=(0.5, 1), ncol={labels.Length}" : "loc=\"upper left\", bbox_to_anchor=(1.02, 1)";
            Line($"named = {{name: mark for axes in figure.axes for mark, name in zip(*axes.get_legend_handles_labels())}}");
            Line($"names = {Python.List(labels.Select(Python.Text))}");
            Line($"grid[0, {(picture.HasLegendAbove ? 0 : picture.Columns - 1)}].legend([named[name] for name in names], names, frameon=False, {place})");
        }

        Line($"figure.savefig(here.with_suffix(\".pdf\"))");
    }

    private void Write(Panel panel)
    {
        if (panel.Shades is { } shades)
        {
            string ends = $"{Python.Number(shades.Low)}, {Python.Number(shades.High)}";
            Line($"norm = {(shades.IsLogarithmic ? "LogNorm" : "Normalize")}({ends})");
            Line($"shades = LinearSegmentedColormap.from_list(\"shades\", {Python.List(ShadeScale.Colours.Select(Python.Quote))})");
            Line($"figure.colorbar(plt.cm.ScalarMappable(norm, shades), ax=axes, label={Python.Text(shades.Label)})");
        }

        foreach (var mark in panel.FromBelow)
        {
            Write(mark, panel);
        }

        Write(panel.X, "x");
        Write(panel.Y, "y");
        if (panel.Title.Length > 0)
        {
            Line($"axes.set_title({Python.Text(panel.Title)})");
        }
    }

    private void Write(Mark mark, Panel panel)
    {
        string label = mark.Label.Length > 0 ? $", label={Python.Text(mark.Label)}" : "";
        string Pick(Field field) => Python.Pick(mark, field);
        switch (mark)
        {
            case LineMark line:
                Line($"axes.plot({Pick(line.X)}, {Pick(line.Y)}, {Python.Line(line)}{label})");
                break;
            case BandMark band:
                Line($"axes.fill_between({Pick(band.X)}, {Pick(band.Low)}, {Pick(band.High)}, color=\"{band.Colour}\", alpha={Python.Number(Styles.BandOpacity)}, linewidth=0)");
                break;
            case ErrorBarMark bars:
                string along = bars.IsHorizontal ? "x" : "y";
                Line($"middle, low, high = {Pick(bars.IsHorizontal ? bars.X : bars.Y)}, {Pick(bars.Low)}, {Pick(bars.High)}");
                Line($"axes.errorbar({Pick(bars.X)}, {Pick(bars.Y)}, {along}err=[middle - low, high - middle], fmt=\"none\", ecolor=\"{bars.Colour}\", capsize=3)");
                break;
            case BoxMark box:
                string texts = box.Text.Length == 0 ? "" : box.Text == box.Shade ? $", [f\"{{number:.4g}}\" for number in {Pick(box.Text)}]" : $", words({Python.Rows(mark, box.Text)})";
                string colour = box.Shade.Length == 0 || panel.Shades is not { } shades
                    ? $"color=\"{box.Colour}\""
                    : $"ink=np.where(norm({Pick(box.Shade)}) > 0.5, \"white\", \"black\"), color=shades(norm({Pick(box.Shade)}))";
                Line($"boxes(axes, {Pick(box.Left)}, {Pick(box.Right)}, {Pick(box.Top)}, {Pick(box.Foot)}{texts}, {colour}{label})");
                break;
            case RemarkMark remark:
                Line($"for x, y in np.broadcast({Pick(remark.X)}, {Pick(remark.Y)}):\n    axes.text(x, y, {Python.Text($" {remark.Text}")}, va=\"center\", color=\"{Styles.Faint}\")");
                break;
            case SlopeMark slope:
                double[] ends = [panel.X.Low, panel.X.High];
                Line($"axes.plot({Python.List(ends.Select(Python.Number))}, {Python.List(ends.Select(end => Python.Number(slope.Slope * end)))}, color=\"{SeriesStyle.Grey}\", linestyle={Python.Dash(slope.Dash)}, linewidth=1.5{label})");
                break;
        }
    }

    private void Write(Axis axis, string name)
    {
        string scale = axis.IsLogarithmic ? $", {name}scale=\"log\"" : "";
        Line($"axes.set({name}label={Python.Text(axis.Label)}{scale}, {name}lim=({Python.Number(axis.Low)}, {Python.Number(axis.High)}))");
        foreach (var kind in axis.Ticks.GroupBy(tick => axis.HasNames || tick.Label.Length > 0).OrderByDescending(kind => kind.Key))
        {
            string values = Python.List(kind.Select(tick => Python.Number(tick.Value))), labels = Python.List(kind.Select(tick => Python.Text(tick.Label)));
            Line($"axes.set_{name}ticks({values}, {labels}{(kind.Key ? "" : ", minor=True")})");
        }
    }

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
