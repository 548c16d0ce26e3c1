using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>The mean step's time, stacked by part.</summary>
internal sealed class SplitBars() : RowPicture("split", "the step's time, stacked by part")
{
    public override Picture Compose(PlotInput input)
    {
        var rows = StepSplit.Of(input.Series);
        if (rows.Count == 0)
        {
            throw Refuse("rows in metrics.csv");
        }

        RunSeries[] shown = [.. rows.Select(row => row.Series)];
        var parts = StepSplit.Shown(rows.Select(row => row.Split));
        var table = new PlotTable("series", "label", "row", "part", "part_name", "from_ms", "to_ms", "hidden_ms");
        for (int row = 0; row < rows.Count; row++)
        {
            double from = 0;
            foreach (var (place, part) in parts.Index())
            {
                double to = from + (1000 * rows[row].Split.Parts[part]);
                table.Add(shown[row].Number, shown[row].Label, row, place, StepSplit.Names[part], from, to, 1000 * rows[row].Split.Hidden);
                from = to;
            }
        }

        bool overlaps = rows.Any(row => row.Split.Hidden > 0);
        string caption = input.Caption(
            shown, intervals: false,
            "Means over all steps, of rank 0",
            overlaps ? "Parts that passed during the backward pass are counted in both" : "",
            input.RemarkOnParts, input.RemarkOnLocalSteps);
        return Frame(
            "Time of a step by part", caption, table, ([.. shown.Select(series => series.Label)], Height: 30), ("Time of a step (ms)", "to_ms"),
            parts.Select((part, place) => StepParts.Boxes(part, place, "from_ms", "to_ms", (Field)"row" - 0.33, (Field)"row" + 0.33)));
    }
}
