using System.Globalization;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Training.ModelParallel;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>What each stage of a pipeline was busy with in the first recorded step: a lane a stage, a box a unit.</summary>
internal sealed class PipelineTimeline() : RowPicture("pipeline", "forward, backward, send and wait of each stage in one step of model-parallel")
{
    // A number needs so much of the picture's width.
    private const double LeastForNumber = 0.012;

    private static readonly (StageActivity Activity, string Name, string Colour)[] s_activities =
    [
        (StageActivity.Forward, "forward", "#56B4E9"), (StageActivity.Backward, "backward", "#E69F00"), (StageActivity.Wait, "wait", "#E4E4E4"),
        (StageActivity.Send, "send", "#009E73"),
    ];

    public override Picture Compose(PlotInput input)
    {
        var lanes = new List<string>();
        var table = new PlotTable("lane", "series", "replica", "stage", "activity", "unit", "start_ms", "end_ms", "lane_top", "lane_foot", "number");
        var shown = new List<RunSeries>();
        foreach (var series in input.Series)
        {
            var events = TimelineFile.Read(series.Runs[0]);
            if (events.Count == 0)
            {
                continue;
            }

            shown.Add(series);
            long step = events.Min(one => one.Step);
            StageEvent[] first = [.. events.Where(one => one.Step == step)];
            double origin = first.Min(one => one.Start), span = first.Max(one => one.End) - origin;
            bool replicas = first.Any(one => one.Replica > 0);
            foreach (var lane in first.GroupBy(one => (one.Replica, one.Stage)).OrderBy(group => group.Key))
            {
                string place = FormattableString.Invariant($"{(replicas ? $"replica {lane.Key.Replica} " : "")}stage {lane.Key.Stage}");
                foreach (var one in lane)
                {
                    bool numbered = one.Activity is StageActivity.Forward or StageActivity.Backward && one.End - one.Start > LeastForNumber * span;
                    table.Add(
                        lanes.Count, series.Label, lane.Key.Replica, lane.Key.Stage, (int)one.Activity, one.Unit, 1000 * (one.Start - origin),
                        1000 * (one.End - origin), lanes.Count - 0.4, lanes.Count + 0.4, numbered ? one.Unit.ToString(CultureInfo.InvariantCulture) : "");
                }

                lanes.Add(input.Series.Count > 1 ? $"{Short(series)} {place}" : place);
            }
        }

        if (lanes.Count == 0)
        {
            throw Refuse("runs of model-parallel that have left a timeline.json (--timeline_steps above 0)");
        }

        string caption = input.Caption(shown, intervals: false, "Numbers are those of the units: blocks of time steps of a wavefront, else micro-batches");
        return Frame("One step of the pipeline", caption, table, (lanes, Height: 38), ("Time since the step began (ms)", "end_ms"), s_activities.Select(Boxes));
    }

    private static string Short(RunSeries series) => series.Runs[0].Option("schedule");

    private static BoxMark Boxes((StageActivity Activity, string Name, string Colour) of) => new("start_ms", "end_ms", "lane_top", "lane_foot", of.Colour)
    {
        Where = [("activity", (int)of.Activity)],
        Label = of.Name,
        Text = "number",
    };
}
