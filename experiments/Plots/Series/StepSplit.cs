using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Series;

/// <summary>Where the time of a mean step went, in seconds.</summary>
/// <param name="ForwardBackward">Forward and backward pass, clipping included.</param>
/// <param name="Copy">Standing still for copies between host and device.</param>
/// <param name="Compress">Compensation, selection, encoding, the memory's update.</param>
/// <param name="Communicate">Inside the communicator.</param>
/// <param name="Decompress">Decoding and averaging.</param>
/// <param name="Update">The optimizer's step.</param>
/// <param name="Other">Of training, what belongs to no part.</param>
/// <param name="Hidden">What of compress, communicate and decompress passed during the backward pass; contained in those.</param>
internal sealed record StepSplit(
    double ForwardBackward, double Copy, double Compress, double Communicate, double Decompress, double Update, double Other, double Hidden)
{
    private const int Copies = 1;

    /// <summary>Names of the parts, in the order of <see cref="Parts"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["forward and backward", "copies", "compress", "communicate", "decompress", "update", "other"];

    /// <summary>All parts in the order of a step.</summary>
    public IReadOnlyList<double> Parts => [ForwardBackward, Copy, Compress, Communicate, Decompress, Update, Other];

    /// <summary>The parts that pictures and tables of some steps show, by their place in <see cref="Names"/>: copies only where there were any.</summary>
    public static IReadOnlyList<int> Shown(IEnumerable<StepSplit> steps) =>
        [.. Enumerable.Range(0, Names.Count).Where(part => part != Copies || steps.Any(step => step.Copy > 0))];

    /// <summary>Wall-clock of a step.</summary>
    public double Total => Parts.Sum() - Hidden;

    /// <summary>The mean over all steps that metrics.csv tells of; null where it tells of none.</summary>
    public static StepSplit? Of(RunData run)
    {
        if (run.Metrics is not [.., var last] || last.Step <= 0)
        {
            return null;
        }

        double Mean(Func<Core.Reporting.PhaseSeconds, double> part) => run.Metrics.Sum(row => part(row.Seconds)) / last.Step;
        double forward = Mean(part => part.ForwardBackward), copy = Mean(part => part.Copy), compress = Mean(part => part.Compress), communicate = Mean(part => part.Communicate);
        double decompress = Mean(part => part.Decompress), update = Mean(part => part.Update), hidden = Mean(part => part.Hidden);
        double training = (last.SecondsTotal / last.Step) - Mean(part => part.Evaluate) - Mean(part => part.Checkpoint);
        double other = Math.Max(0, training - (forward + copy + compress + communicate + decompress + update - hidden));
        return new StepSplit(forward, copy, compress, communicate, decompress, update, other, hidden);
    }

    /// <summary>Of the series that have one.</summary>
    public static IReadOnlyList<(RunSeries Series, StepSplit Split)> Of(IEnumerable<RunSeries> series) =>
        [.. series.Select(one => (one, Of(one))).Where(row => row.Item2 is not null).Select(row => (row.one, row.Item2!))];

    /// <summary>The mean over the runs of a series; null where none of them has one.</summary>
    public static StepSplit? Of(RunSeries series)
    {
        StepSplit[] splits = [.. series.Runs.Select(Of).OfType<StepSplit>()];
        return splits.Length == 0
            ? null
            : new StepSplit(
                splits.Average(split => split.ForwardBackward), splits.Average(split => split.Copy), splits.Average(split => split.Compress),
                splits.Average(split => split.Communicate), splits.Average(split => split.Decompress), splits.Average(split => split.Update),
                splits.Average(split => split.Other), splits.Average(split => split.Hidden));
    }
}
