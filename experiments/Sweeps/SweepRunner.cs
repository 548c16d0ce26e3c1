using System.Collections.Concurrent;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>Runs what is left of a sweep, some trials at a time, each as a process of its own.</summary>
internal sealed class SweepRunner
{
    // A signal's end, as the exit code tells it.
    private static readonly int[] s_interruptions = [(int)ExitCode.Interrupted, (int)ExitCode.Terminated];

    private readonly SweepPlan _plan;
    private readonly TrialCommand _command;
    private readonly SweepFolder _folder;
    private readonly Journal _journal;
    private readonly string _workingFolder;
    private readonly CommandEnvironment _environment;
    private readonly ConcurrentQueue<TrialRecord> _waiting;
    private readonly ConcurrentDictionary<string, TrialProcess> _running = new();
    private readonly Lock _telling = new();
    private int _done;

    /// <summary>Prepares it.</summary>
    /// <param name="plan">All trials.</param>
    /// <param name="left">Those that are to run now.</param>
    /// <param name="command">Makes their command lines.</param>
    /// <param name="folder">The sweep's folder, which this process has claimed.</param>
    /// <param name="journal">Its journal.</param>
    /// <param name="workingFolder">Where relative paths of the grid start.</param>
    /// <param name="environment">Of this process.</param>
    public SweepRunner(
        SweepPlan plan, IReadOnlyCollection<TrialRecord> left, TrialCommand command, SweepFolder folder, Journal journal, string workingFolder,
        CommandEnvironment environment)
    {
        (_plan, _command, _folder, _journal, _workingFolder, _environment) = (plan, command, folder, journal, workingFolder, environment);
        // What was begun is finished first.
        _waiting = new(left.OrderByDescending(record => record.Attempts > 0));
        _done = plan.Trials.Length - left.Count;
    }

    /// <summary>Runs them; returns when all have ended, or have been asked to end.</summary>
    /// <param name="shares">The part of the machine of each trial that runs at the same time.</param>
    /// <param name="stop">Ends the running trials in order, each with a checkpoint, and starts no more.</param>
    public void Run(IReadOnlyList<CoreShare> shares, StopRequest stop)
    {
        using var asked = stop.Token.Register(() =>
        {
            foreach (var process in _running.Values)
            {
                process.AskToEnd(stop.Reason!.Value);
            }
        });
        Task.WhenAll(shares.Select(share => Task.Run(() => WorkAsync(share, stop)))).GetAwaiter().GetResult();
    }

    private async Task WorkAsync(CoreShare share, StopRequest stop)
    {
        while (!stop.Token.IsCancellationRequested && _waiting.TryDequeue(out var record))
        {
            await AttemptAsync(record, share, stop).ConfigureAwait(false);
        }
    }

    private async Task AttemptAsync(TrialRecord record, CoreShare share, StopRequest stop)
    {
        var trial = record.Trial;
        string runFolder = _folder.TrialFolder(trial.Id);
        bool resumes = Clear(record, runFolder);
        int attempt = record.Attempts + 1;
        long began = _environment.Time.GetTimestamp();
        var words = resumes ? _command.Resume(trial, _folder) : _command.Start(trial, _folder, share);
        using var process = TrialProcess.Start(_plan.Grid.Name, runFolder, _folder.TrialLog(trial.Id), words, share, _workingFolder, _environment);
        _journal.Add(JournalEvent.Started, entry => entry with
        {
            Trial = trial.Id, Attempt = attempt, ProcessId = process.Id, Resumed = resumes, Cores = share.Cores,
        });
        _running[trial.Id] = process;
        if (stop.Token.IsCancellationRequested)
        {
            process.AskToEnd(stop.Reason!.Value);
        }

        int code = await process.WaitAsync().ConfigureAwait(false);
        _running.TryRemove(trial.Id, out _);
        var summary = SummaryFile.Find(runFolder);
        string status = code == 0 && summary?.Status == "completed" ? "completed" : s_interruptions.Contains(code) ? "interrupted" : "failed";
        double seconds = _environment.Time.GetElapsedTime(began).TotalSeconds;
        _journal.Add(JournalEvent.Finished, entry => entry with
        {
            Trial = trial.Id, Attempt = attempt, Code = code, Status = status, Seconds = Math.Round(seconds, 3),
        });
        Tell(trial, status, code, summary, seconds);
    }

    /// <summary>Makes room for an attempt; what can go on stays.</summary>
    /// <returns>True if the run goes on from a checkpoint.</returns>
    private static bool Clear(TrialRecord record, string runFolder)
    {
        // A damaged checkpoint would be met again.
        if (TrialCommand.HasCheckpoint(runFolder) && record.Code != (int)ExitCode.Checkpoint)
        {
            // The end of an earlier attempt is not the end of this one.
            File.Delete(Path.Combine(runFolder, RunFiles.Summary));
            return true;
        }

        if (Directory.Exists(runFolder))
        {
            Directory.Delete(runFolder, recursive: true);
        }

        return false;
    }

    private void Tell(Trial trial, string status, int code, RunSummary? summary, double seconds)
    {
        string metric = _plan.Grid.Metric.Name;
        string end = status switch
        {
            "completed" => $"{metric} {Figures.Number(SummaryMetrics.Read(summary!, metric))}",
            "failed" => FormattableString.Invariant($"exit code {code}: {LastLine(_folder.TrialLog(trial.Id))}"),
            _ => "goes on when the sweep is resumed",
        };
        lock (_telling)
        {
            _done += status == "interrupted" ? 0 : 1;
            _environment.Screen.Output.WriteLine(FormattableString.Invariant(
                $"[{_done}/{_plan.Trials.Length}] {trial.Id} {trial.Describe(_plan.VaryingWithSeed)}: {status} after {Figures.Duration(seconds)}, {end}"));
            _environment.Screen.Output.Flush();
        }
    }

    private static string LastLine(string log) =>
        File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Trim().Length > 0) ?? "it printed nothing" : "it printed nothing";
}
