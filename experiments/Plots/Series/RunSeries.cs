using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Statistics;

namespace Compression.Experiments.Plots.Series;

/// <summary>Runs that are alike but for their seed.</summary>
/// <param name="Number">From 1, in the order of legends; the dense baselines come first.</param>
/// <param name="Label">What tells it from the other series.</param>
/// <param name="Runs">At least one.</param>
internal sealed record RunSeries(int Number, string Label, IReadOnlyList<RunData> Runs)
{
    /// <summary>A dense baseline.</summary>
    public bool IsDense => Runs[0].IsDense;

    /// <summary>The runs that curves are means over: those that are finished, or all where none is. One under way would cut the others off.</summary>
    public IReadOnlyList<RunData> Comparable => Runs.Any(run => run.IsFinished) ? [.. Runs.Where(run => run.IsFinished)] : Runs;

    /// <summary>Workers, real or virtual.</summary>
    public int Workers => Runs[0].Workers;

    /// <summary>The mean of a figure over its runs.</summary>
    public Estimate Mean(Func<RunData, double> figure) => Estimate.Of(Runs.Select(figure));
}
