using System.Diagnostics;
using Compression.Core.Reporting;
using Compression.Mpi.Launching;

namespace Compression.Experiments.Sweeps;

/// <summary>
/// The processes of this host that work on a sweep's trials, found by the mark in their environment: it goes from a run to its
/// launcher and ranks, and outlives the sweep's own process. Only processes of the same user can be seen.
/// </summary>
internal static class MarkedProcesses
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Numbers of the processes, by the trial's id.</summary>
    public static ILookup<string, int> Find(SweepFolder folder)
    {
        string prefix = folder.Trials + "/";
        return ProcessTable.Numbers().Select(process => (Process: process, Trial: ProcessTable.Variable(process, TrialProcess.Mark)))
            .Where(pair => pair.Trial?.StartsWith(prefix, StringComparison.Ordinal) == true)
            .ToLookup(pair => pair.Trial![prefix.Length..], pair => pair.Process);
    }

    /// <summary>Ends what a killed sweep left running: first in order, with a checkpoint, then at once.</summary>
    /// <param name="folder">The sweep, which this process has claimed.</param>
    /// <param name="entries">Its journal, which names the process of each run.</param>
    /// <param name="patience">How long a run may take to end in order.</param>
    /// <returns>How many trials were still running.</returns>
    public static int End(SweepFolder folder, IReadOnlyList<JournalEntry> entries, TimeSpan patience)
    {
        var left = Find(folder);
        int trials = left.Count;
        foreach (var trial in left)
        {
            // The run's own process tells its ranks; ranks without it have nobody to end in order with.
            int? run = entries.LastOrDefault(entry => entry.Event == JournalEvent.Started && entry.Trial == trial.Key)?.ProcessId;
            if (run is { } process && trial.Contains(process))
            {
                ProcessSignal.AskToEnd(process, ExitCode.Terminated);
            }
            else
            {
                EndAll(trial);
            }
        }

        for (var watch = Stopwatch.StartNew(); left.Count > 0; left = Find(folder))
        {
            if (watch.Elapsed > patience)
            {
                EndAll(left.SelectMany(trial => trial));
            }

            Thread.Sleep(s_look);
        }

        return trials;
    }

    private static void EndAll(IEnumerable<int> processes)
    {
        foreach (int process in processes)
        {
            ProcessSignal.End(process);
        }
    }
}
