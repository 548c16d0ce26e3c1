using Compression.Experiments.Algorithms;
using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Series;

/// <summary>Puts runs together that are alike but for their seed.</summary>
internal static class SeriesGrouping
{
    // Where a run writes and what it tells on the way changes none of its results; the resolved compressor, memory and exchange stand for
    // the ways to write them.
    private static readonly HashSet<string> s_irrelevant = new(StringComparer.Ordinal)
    {
        "seed", "out", "exp_name", "project_name", "quiet", "log_interval", "checkpoint_every", "resume", "tensorboard", "save_weights", "comm_timeout",
        "hostfile", "preset", "timeline_steps", "compressor", "memory", "exchange", "data",
    };

    private static readonly Lazy<HashSet<string>> s_flags = new(() => [.. Components.Catalog().Flags.Select(flag => flag.Key)]);

    /// <summary>The options of a run that may tell its series from another.</summary>
    public static IReadOnlyDictionary<string, string> Identity(RunData run)
    {
        var identity = run.Options
            .Where(option => !s_irrelevant.Contains(option.Key) && !s_flags.Value.Contains(option.Key) && !option.Key.StartsWith("wandb", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        identity["corpus"] = run.Machine is { Data.Count: > 0 } machine
            ? string.Join(' ', machine.Data.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value))
            : Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Option("data")));
        identity["network"] = run.Machine?.Network ?? "";
        return identity;
    }

    /// <summary>The series of some runs, the dense baselines first and the others in the order of their first runs.</summary>
    public static IReadOnlyList<RunSeries> Group(IReadOnlyList<RunData> runs)
    {
        RunData[][] groups =
        [
            .. runs.GroupBy(run => string.Join('\n', Identity(run).OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $"{option.Key}={option.Value}")))
                .Select(group => group.OrderBy(run => run.Option("seed").Length).ThenBy(run => run.Option("seed"), StringComparer.Ordinal).ToArray())
                .OrderBy(group => group[0].IsDense ? 0 : 1),
        ];
        var labels = SeriesLabels.Of([.. groups.Select(group => group[0])]);
        return [.. groups.Select((group, index) => new RunSeries(index + 1, labels[index], group))];
    }
}
