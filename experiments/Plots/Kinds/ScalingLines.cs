using Compression.Core.Reporting;
using Compression.Experiments.Plots.Pictures;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>Words a second against workers, beside what as many machines without an exchange would do.</summary>
internal sealed class ScalingLines() : PlotKind("scaling", "words per second against real workers, with the linear line")
{
    public override Picture Compose(PlotInput input)
    {
        RunSeries[] real = [.. input.Series.Where(series => series.Runs[0].VirtualWorkers == 0 && Speed(series).Count > 0)];
        var methods = real.GroupBy(series => SeriesLabels.Method(series.Runs[0], [.. real.Select(one => one.Runs[0])]), StringComparer.Ordinal)
            .Where(method => method.Select(series => series.Workers).Distinct().Count() > 1)
            .ToArray();
        if (methods.Length == 0)
        {
            throw Refuse("runs of one method with at least two numbers of real workers (simulated ones share one processor)");
        }

        // Runs of one method with as many workers are one point, whatever else tells them apart.
        var table = new PlotTable("series", "label", "workers", "words_per_second", "words_low", "words_high", "linear_words_per_second", "runs");
        var lines = new List<RunSeries>();
        var start = methods[0].GroupBy(series => series.Workers).MinBy(group => group.Key)!;
        double perWorker = Speed(start).Mean / start.Key;
        foreach (var method in methods)
        {
            var line = method.First() with { Label = method.Key };
            lines.Add(line);
            foreach (var point in method.GroupBy(series => series.Workers).OrderBy(group => group.Key))
            {
                var speed = Speed(point);
                table.Add(line.Number, line.Label, point.Key, speed.Mean, Math.Max(0, speed.Low), speed.High, perWorker * point.Key, speed.Count);
            }
        }

        var across = Axis.FromZero(table.Values("workers")).MarkedAt(table.Values("workers").Distinct().Order()).Named("Workers");
        var vertical = Axis.FromZero(table.Values("words_high").Concat(table.Values("linear_words_per_second"))).Marked().Named("Words per second (all workers)");
        return new Picture
        {
            Name = Name,
            Title = "Words per second against workers",
            Caption = input.Caption(
                [.. methods.SelectMany(method => method).OrderBy(series => series.Number)], intervals: true,
                FormattableString.Invariant($"Linear: {perWorker:N0} words/s a worker, as of {methods[0].Key} with {start.Key} {Plural.Of(start.Key, "worker")}")),
            Data = table,
            Panels = [new Panel(across, vertical, [new SlopeMark(perWorker, LineDash.Dashed) { Label = "linear" }, .. lines.SelectMany(line => Marks(line, input))])],
        };
    }

    private static Estimate Speed(IEnumerable<RunSeries> series) => Estimate.Of(series.SelectMany(one => one.Runs).Select(Speed));

    private static Estimate Speed(RunSeries series) => series.Mean(Speed);

    private static double Speed(RunData run) => run.Summary?.WordsPerSecond ?? double.NaN;

    private static IEnumerable<Mark> Marks(RunSeries line, PlotInput input)
    {
        var style = SeriesMarks.Style(line, input.Series);
        yield return new ErrorBarMark("workers", "words_per_second", "words_low", "words_high", style.Colour) { Where = [SeriesMarks.Is(line)] };
        yield return new LineMark("workers", "words_per_second", style) { Where = [SeriesMarks.Is(line)], Label = line.Label, IsOnTop = line.IsDense };
    }
}
