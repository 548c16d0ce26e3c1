using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Plots.Series;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>What pictures are made from.</summary>
/// <param name="Series">All series, the dense baselines first.</param>
/// <param name="Options">The user's choices.</param>
internal sealed record PlotInput(IReadOnlyList<RunSeries> Series, PictureOptions Options)
{
    /// <summary>All runs.</summary>
    public IEnumerable<RunData> Runs => Series.SelectMany(series => series.Runs);

    /// <summary>What a caption must say of measured wall-clock; empty where it needs no remark.</summary>
    public string RemarkOnClock => HasSimulations ? "Wall-clock of a simulation is that of all its workers one after another" : "";

    /// <summary>What a caption must say of the parts of a step; empty where they need no remark.</summary>
    public string RemarkOnParts => HasSimulations ? "Parts of a simulation are sums over all its workers" : "";

    /// <summary>What a caption must say of the mean step where workers do not exchange in every one; empty where it needs no remark.</summary>
    public string RemarkOnLocalSteps => Runs.Any(run => run.LocalSteps > 1) ? "With H local steps a mean step has one H-th of an exchange" : "";

    /// <summary>What a caption must say of bytes; empty where they need no remark.</summary>
    public string RemarkOnBytes => Runs.Any(run => run.IsProjected) ? "Bytes of a single worker are those that it would send as one of two" : "";

    private bool HasSimulations => Runs.Any(run => run.VirtualWorkers > 0);

    /// <summary>A caption: what the picture adds, then machine, workers, seeds, corpus, and what is missing.</summary>
    /// <param name="shown">The series in the picture.</param>
    /// <param name="intervals">Whether it shows confidence intervals.</param>
    /// <param name="sentences">Without their full stops; empty ones are left out.</param>
    public string Caption(IReadOnlyList<RunSeries> shown, bool intervals, params string[] sentences)
    {
        RunData[] runs = [.. shown.SelectMany(series => series.Runs).Distinct()];
        string[] missing = [.. Series.Where(series => !series.Runs.Intersect(runs).Any()).Select(series => series.Label)];
        var usual = SeriesLabels.Usual([.. Series.Select(series => series.Runs[0])]);
        string[] unfinished = [.. runs.Where(run => !run.IsFinished).Select(run => $"{run.Name} (step {run.Steps.ToString("N0", CultureInfo.InvariantCulture)})")];
        string[] all =
        [
            .. sentences,
            shown.Any(series => series.Runs.Count > 1) ? "Means over seeds" + (intervals ? ", with 95 % confidence intervals (Student's t)" : "") : "",
            usual.Count > 0 ? "Where a label does not say otherwise: " + string.Join(", ", usual) : "",
            Join(runs, Machine),
            Workers(runs),
            Join([.. runs.Where(run => run.Machine?.Network is not null)], run => $"Network {run.Machine!.Network}"),
            "Seeds: " + Joined(runs.Select(run => run.Option("seed")).Where(seed => seed.Length > 0).Distinct(StringComparer.Ordinal).DefaultIfEmpty("unknown")),
            "Corpus: " + Joined(runs.Select(Corpus).Distinct(StringComparer.Ordinal)),
            shown.Any(series => series.IsDense) ? "" : "No dense baseline among these runs",
            unfinished.Length > 0 ? "Not finished: " + Joined(unfinished) : "",
            missing.Length > 0 ? "Without the figures that this takes: " + Joined(missing) : "",
        ];
        return string.Join(". ", all.Where(sentence => sentence.Length > 0)) + ".";
    }

    /// <summary>The corpus of a run: the folder's name, else the names of its files.</summary>
    public static string Corpus(RunData run)
    {
        string folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Option("data")));
        return folder.Length > 0 ? folder : run.Machine is { Data.Count: > 0 } machine ? machine.Data.Keys.Order(StringComparer.Ordinal).First() : "unknown";
    }

    private static string Machine(RunData run) => run.Machine is { } machine
        ? $"{machine.Processor}, {machine.Cores} {Plural.Of(machine.Cores, "core")}, {machine.Threads} {Plural.Of(machine.Threads, "thread")} a worker"
        : "machine unknown";

    private static string Workers(RunData[] runs)
    {
        string real = Numbers(runs.Where(run => run.VirtualWorkers == 0)), simulated = Numbers(runs.Where(run => run.VirtualWorkers > 0));
        return (real.Length > 0, simulated.Length > 0) switch
        {
            (true, true) => $"Workers: {real}, and {simulated} simulated one after another in one process",
            (false, _) => $"Workers: {simulated}, simulated one after another in one process",
            _ => $"Workers: {real}",
        };

        static string Numbers(IEnumerable<RunData> some) => string.Join(", ", some.Select(run => run.Workers).Distinct().Order());
    }

    private static string Join(RunData[] runs, Func<RunData, string> text) => string.Join("; ", runs.Select(text).Distinct(StringComparer.Ordinal));

    private static string Joined(IEnumerable<string> parts)
    {
        string[] all = [.. parts];
        const int Most = 6;
        return string.Join(", ", all.Take(Most)) + (all.Length > Most ? $" and {all.Length - Most} more" : "");
    }
}
