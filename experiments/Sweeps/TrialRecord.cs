using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>How far a trial is.</summary>
internal enum TrialState
{
    /// <summary>Not started yet.</summary>
    Pending,

    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>Cut off; it goes on from its newest checkpoint.</summary>
    Interrupted,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,
}

/// <summary>What is known of a trial.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How often its run was started.</param>
/// <param name="Code">Exit code of the last attempt; null where nobody saw it.</param>
/// <param name="Summary">Its results; null before its end.</param>
/// <param name="IsRecorded">The journal tells of the end of the last attempt.</param>
internal sealed record TrialRecord(Trial Trial, TrialState State, int Attempts, int? Code, RunSummary? Summary, bool IsRecorded)
{
    /// <summary>Reads journal and results of some trials.</summary>
    /// <param name="folder">The sweep.</param>
    /// <param name="trials">Which trials.</param>
    /// <param name="entries">The journal.</param>
    /// <param name="running">Ids of the trials that a process works on.</param>
    public static IReadOnlyList<TrialRecord> Read(
        SweepFolder folder, IEnumerable<Trial> trials, IReadOnlyList<JournalEntry> entries, IReadOnlySet<string> running)
    {
        var byTrial = entries.Where(entry => entry.Trial is not null).ToLookup(entry => entry.Trial!);
        return [.. trials.Select(trial => Read(folder, trial, [.. byTrial[trial.Id]], running.Contains(trial.Id)))];
    }

    // The run's own summary decides: it is there in one piece before the journal hears of it, and before its process is gone.
    private static TrialRecord Read(SweepFolder folder, Trial trial, JournalEntry[] entries, bool isRunning)
    {
        var summary = SummaryFile.Find(folder.TrialFolder(trial.Id));
        var last = entries.LastOrDefault(entry => entry.Event is JournalEvent.Started or JournalEvent.Finished);
        bool ended = last?.Event == JournalEvent.Finished;

        // A sweep that is killed between the start of a process and its entry leaves a trial that the journal never heard of.
        bool isRecorded = ended && (summary?.Status != "completed" || last!.Status == "completed");
        var state = (summary?.Status, isRunning) switch
        {
            ("completed", _) => TrialState.Completed,
            (_, true) => TrialState.Running,
            ("failed", _) => TrialState.Failed,
            ("interrupted", _) => TrialState.Interrupted,
            _ when ended => last!.Status == "failed" ? TrialState.Failed : TrialState.Interrupted,
            _ => last is null ? TrialState.Pending : TrialState.Interrupted,
        };
        return new TrialRecord(trial, state, entries.Count(entry => entry.Event == JournalEvent.Started), ended ? last!.Code : null, summary, isRecorded);
    }
}
