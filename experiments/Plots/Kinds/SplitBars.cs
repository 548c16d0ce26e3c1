using Compression.Experiments.Plots.Drawing;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>The mean step's time, stacked by part.</summary>
internal sealed class SplitBars : PlotKind
{
    /// <inheritdoc/>
    public override string Name => "split";

    /// <inheritdoc/>
    public override string Summary => "the step's time, stacked by part";

    /// <inheritdoc/>
    public override Picture Compose(PlotInput input)
    {
        var rows = StepSplit.Of(input.Series);
        if (rows.Count == 0)
        {
            throw Refuse("rows in metrics.csv");
        }

        RunSeries[] shown = [.. rows.Select(row => row.Series)];
        var table = new PlotTable("series", "label", "row", "part", "part_name", "from_ms", "to_ms", "hidden_ms");
        for (int row = 0; row < rows.Count; row++)
        {
            double from = 0;
            for (int part = 0; part < StepSplit.Names.Count; part++)
            {
                double to = from + (1000 * rows[row].Split.Parts[part]);
                table.Add(shown[row].Number, shown[row].Label, row, part, StepSplit.Names[part], from, to, 1000 * rows[row].Split.Hidden);
                from = to;
            }
        }

        bool overlaps = rows.Any(row => row.Split.Hidden > 0);
        return new Picture
        {
            Name = Name,
            Title = "Time of a step by part",
            Caption = input.Caption(
                shown, intervals: false,
                "Means over all steps, of rank 0",
                overlaps ? "Parts that passed during the backward pass are counted in both" : "",
                input.RemarkOnParts),
            Data = table,
            Commands =
            [
                .. StepParts.Frame(Axis.FromZero("x", table.Values("to_ms")).Script("Time of a step (ms)"), shown, RowLabels(shown)),
                Picture.Plot(StepSplit.Names.Select((name, part) => Bars(part, name))),
            ],
            Width = StepParts.WidthFor(shown),
            Height = 190 + (Math.Max(4, shown.Length) * 26),
        };
    }

    private string Bars(int part, string name) =>
        $"{Source} using (column(4) == {part} ? column(6) : NaN):3:6:7:(column(3) - 0.33):(column(3) + 0.33) with boxxyerror "
            + $"{StepParts.Fill(part)} title {GnuplotText.Quote(name)}";
}
