using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>A sweep that was asked for: its grid, its trainer and its folder, before anything is written.</summary>
/// <param name="Plan">The trials.</param>
/// <param name="GridText">The grid as its file has it.</param>
/// <param name="Trainer">The verb that trains.</param>
/// <param name="Folder">Where it lives.</param>
/// <param name="WorkingFolder">Where relative paths of the grid start.</param>
internal sealed record SweepSession(SweepPlan Plan, string GridText, TrainingVerb Trainer, SweepFolder Folder, string WorkingFolder)
{
    // A step and a checkpoint of a large model.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Opens the sweep of a grid file, or one that was started before.</summary>
    /// <param name="source">A grid file, or a sweep's folder.</param>
    /// <param name="chosenOut">The sweep's folder; empty: the source, if it is one, else <c>runs/NAME</c>.</param>
    /// <param name="trainers">The verbs that a grid may name.</param>
    /// <param name="environment">Of this process.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static SweepSession Open(string source, string chosenOut, IReadOnlyList<TrainingVerb> trainers, CommandEnvironment environment)
    {
        string path = environment.FullPath(source);
        bool resumes = Directory.Exists(path);
        if (resumes && chosenOut.Length > 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"--out {chosenOut}: {source} is a sweep's folder and goes on there; leave --out away.");
        }

        string file = resumes ? SweepFolder.Find(path, source).Grid : path;
        var (plan, text, trainer) = ReadPlan(file, resumes ? file : source, trainers);
        string target = resumes ? source : chosenOut.Length > 0 ? chosenOut : Path.Combine(RunDirectory.DefaultRoot, plan.Grid.Name);
        var folder = new SweepFolder(Path.TrimEndingDirectorySeparator(environment.FullPath(target)), target);
        folder.RequireUsable();
        string working = resumes && Journal.Read(folder.Journal).LastOrDefault(entry => entry.Folder is not null)?.Folder is { } recorded && Directory.Exists(recorded)
            ? recorded
            : environment.CallerFolder;
        if (!resumes && folder.HoldsSweep && ReadPlan(folder.Grid, folder.Grid, trainers).Plan.Grid is { } held
            && (held.Name, held.Program) != (plan.Grid.Name, plan.Grid.Program))
        {
            throw new UserErrorException(ExitCode.Usage, $"--out {target} holds the sweep {held.Name}, and {source} is {plan.Grid.Name}; choose another --out.");
        }

        return new SweepSession(plan, text, trainer, folder, working);
    }

    /// <summary>The sweep in a folder.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: there is none.</exception>
    public static SweepSession OfFolder(string source, IReadOnlyList<TrainingVerb> trainers, CommandEnvironment environment)
    {
        _ = SweepFolder.Find(environment.FullPath(source), source);
        return Open(source, "", trainers, environment);
    }

    /// <summary>What is known of each trial now.</summary>
    public IReadOnlyList<TrialRecord> Records() => TrialRecord.Read(
        Folder, Plan.Trials, Journal.Read(Folder.Journal), MarkedProcesses.Find(Folder).Select(trial => trial.Key).ToHashSet());

    /// <summary>True while a process runs the sweep, or one of its trials.</summary>
    public bool IsAtWork => MarkedProcesses.Find(Folder).Count > 0
        || (Journal.Read(Folder.Journal).LastOrDefault(entry => entry.Event == JournalEvent.Opened)?.ProcessId is { } opener
            && Directory.Exists(FormattableString.Invariant($"/proc/{opener}")));

    /// <summary>The trials that a run of the sweep would start, or go on with.</summary>
    public static IReadOnlyList<TrialRecord> Left(IReadOnlyList<TrialRecord> records, bool retryFailed) =>
        [.. records.Where(record => record.State != TrialState.Completed && (retryFailed || record.State != TrialState.Failed))];

    /// <summary>The surroundings in which trials start.</summary>
    public CommandEnvironment ForTrials(CommandEnvironment environment) => environment with { CallerFolder = WorkingFolder };

    /// <summary>Runs what is left.</summary>
    /// <param name="jobs">Trials at a time.</param>
    /// <param name="retryFailed">Whether trials that failed are tried again.</param>
    /// <param name="environment">Of this process.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: another process runs it, or a trial cannot work. <see cref="ExitCode.SweepPartlyFailed"/>: trials failed.
    /// </exception>
    public ExitCode Run(int jobs, bool retryFailed, CommandEnvironment environment)
    {
        // Before anything is written.
        TrialCheck.Check(Plan, Left(Records(), retryFailed).Select(record => record.Trial), Trainer, ForTrials(environment));
        using var claim = Folder.Claim();
        Folder.KeepGrid(GridText);
        using var journal = Journal.Open(Folder.Journal, environment.Time);
        using var stop = environment.ListenForStop();
        var output = environment.Screen.Output;
        var before = Journal.Read(Folder.Journal);
        journal.Add(JournalEvent.Opened, entry => entry with { ProcessId = Environment.ProcessId, Folder = WorkingFolder, Jobs = jobs });
        if (MarkedProcesses.End(Folder, before, s_patience) is > 0 and var orphans)
        {
            output.WriteLine(FormattableString.Invariant($"{orphans} of a killed sweep's trials still ran; ended in order, they go on now."));
        }

        var records = Records();
        Record(records, before, journal);
        var left = Left(records, retryFailed);
        var shares = CoreShare.Deal(jobs);
        output.WriteLine(FormattableString.Invariant(
            $"{Plan.Grid.Name}: {Plan.Trials.Length} {Plural.Of(Plan.Trials.Length, "trial")}, {records.Count(record => record.State == TrialState.Completed)} completed, {left.Count} to run, {jobs} at a time, threads each: {shares[0].Threads}; {Folder.Shown}"));
        output.Flush();
        new SweepRunner(Plan, left, new TrialCommand(Plan.Grid, Trainer), Folder, journal, WorkingFolder, environment).Run(shares, stop);
        return stop.Reason ?? Conclude(output);
    }

    // Tells the journal of new trials, and of what it missed while nobody wrote it.
    private static void Record(IReadOnlyList<TrialRecord> records, IReadOnlyList<JournalEntry> before, Journal journal)
    {
        var planned = before.Where(entry => entry.Event == JournalEvent.Planned).Select(entry => entry.Trial).ToHashSet();
        foreach (var record in records)
        {
            var trial = record.Trial;
            if (!planned.Contains(trial.Id))
            {
                journal.Add(JournalEvent.Planned, entry => entry with { Trial = trial.Id, Values = trial.Values.ToDictionary() });
            }

            if (!record.IsRecorded && (record.Attempts > 0 || record.Summary is not null))
            {
                string status = record.State is TrialState.Completed ? "completed" : record.State == TrialState.Failed ? "failed" : "interrupted";
                int? code = status == "completed" ? 0 : null;
                journal.Add(JournalEvent.Finished, entry => entry with { Trial = trial.Id, Attempt = Math.Max(1, record.Attempts), Status = status, Code = code });
            }
        }
    }

    private ExitCode Conclude(TextWriter output)
    {
        var records = Records();
        string[] bad = [.. records.Where(record => record.State != TrialState.Completed).Select(record => record.Trial.Id)];
        if (bad.Length == 0)
        {
            output.WriteLine($"All {Plan.Trials.Length} {Plural.Of(Plan.Trials.Length, "trial")} are complete; ./run.sh sweep report {Folder.Shown}");
            return ExitCode.Success;
        }

        string named = string.Join(", ", bad.Take(5)) + (bad.Length > 5 ? ", ..." : "");
        throw new UserErrorException(
            ExitCode.SweepPartlyFailed, FormattableString.Invariant(
                $"{bad.Length} of {records.Count} {Plural.Of(records.Count, "trial")} did not complete ({named}); read {Folder.Shown}/trials/{bad[0]}.log, then ./run.sh sweep resume {Folder.Shown} --retry_failed."));
    }

    private static (SweepPlan Plan, string Text, TrainingVerb Trainer) ReadPlan(string path, string shown, IReadOnlyList<TrainingVerb> trainers)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Usage, $"{shown}: cannot be read; name a grid file such as experiments/grids/compressors.yaml, or a sweep's folder.", cause);
        }

        var (grid, trainer) = new GridFile(trainers).Read(text, shown, Path.GetFileNameWithoutExtension(path));
        return (SweepPlan.Of(grid), text, trainer);
    }
}
