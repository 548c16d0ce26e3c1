using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>The parts of a mean step, one after another: computing in the upper lane of a series, the gradient's way in the lower one.</summary>
internal sealed class StepTimeline() : RowPicture("timeline", "the parts of one mean step on a time line")
{
    // Update comes when the averaged gradient is there.
    private const int ForwardBackward = 0, Update = 5;

    /// <summary>Start and end of the parts in seconds, by their place in <see cref="StepSplit.Names"/>; "other" has no place in time.</summary>
    /// <remarks>What is hidden passes at the end of the backward pass: the gradient's way starts that much earlier.</remarks>
    public static IReadOnlyList<(double Start, double End)> Schedule(StepSplit split)
    {
        var parts = new List<(double, double)> { (0, split.ForwardBackward) };
        double time = split.ForwardBackward - split.Hidden;
        foreach (double part in split.Parts.Skip(ForwardBackward + 1).Take(Update - ForwardBackward))
        {
            parts.Add((time, time + part));
            time += part;
        }

        return parts;
    }

    public override Picture Compose(PlotInput input)
    {
        var rows = StepSplit.Of(input.Series);
        if (rows.Count == 0)
        {
            throw Refuse("rows in metrics.csv");
        }

        RunSeries[] shown = [.. rows.Select(row => row.Series)];
        int[] parts = [.. StepSplit.Shown(rows.Select(row => row.Split)).TakeWhile(part => part <= Update)];
        var table = new PlotTable("series", "label", "row", "part", "part_name", "start_ms", "end_ms", "lane_top", "lane_foot");
        for (int row = 0; row < rows.Count; row++)
        {
            var schedule = Schedule(rows[row].Split);
            foreach (var (place, part) in parts.Index())
            {
                bool computes = part is ForwardBackward or Update;
                table.Add(
                    shown[row].Number, shown[row].Label, row, place, StepSplit.Names[part], 1000 * schedule[part].Start, 1000 * schedule[part].End,
                    computes ? row - 0.38 : row, computes ? row : row + 0.38);
            }
        }

        bool overlaps = rows.Any(row => row.Split.Hidden > 0);
        string caption = input.Caption(
            shown, intervals: false,
            "Means over all steps, of rank 0: computing above, the gradient's way below"
                + (overlaps ? "; what was hidden is drawn at the end of the backward pass" : ", nothing overlaps"),
            parts.Length > Update ? "Copies between host and device, to it and back, are drawn together before compressing" : "",
            input.RemarkOnParts, input.RemarkOnLocalSteps);
        return Frame(
            "One step on a time line", caption, table, ([.. shown.Select(series => series.Label)], Height: 40), ("Time since the step began (ms)", "end_ms"),
            parts.Select((part, place) => StepParts.Boxes(part, place, "start_ms", "end_ms", "lane_top", "lane_foot")));
    }
}
