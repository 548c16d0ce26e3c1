using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>All kinds of pictures. A new one is a class and a line here.</summary>
internal static class PlotKinds
{
    /// <summary>The word for all of them.</summary>
    public const string Every = "all";

    /// <summary>In the order of reports.</summary>
    public static IReadOnlyList<PlotKind> All() =>
    [
        new CurveOverSteps(),
        new CurveOverTime(),
        new CurveOverBytes(),
        new TargetBars(),
        new RatioFront(),
        new BandwidthPanels(),
        new SplitBars(),
        new ScalingLines(),
        new HeatMap(),
        new StepTimeline(),
        new PipelineTimeline(),
    ];

    /// <summary>The kinds that a word names.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: there is no such kind; the nearest is named.</exception>
    public static IReadOnlyList<PlotKind> Find(string word)
    {
        var all = All();
        if (word == Every)
        {
            return all;
        }

        return all.FirstOrDefault(kind => kind.Name == word) is { } one
            ? [one]
            : throw new UserErrorException(
                ExitCode.Usage,
                $"plot {word}: there is no such picture{NearestNames.Hint(word, all.Select(kind => kind.Name).Append(Every))}; write ./run.sh plot KIND DIR.");
    }
}
