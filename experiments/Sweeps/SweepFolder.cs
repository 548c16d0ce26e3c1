using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>
/// The folder of a sweep: <c>sweep.yaml</c>, <c>journal.jsonl</c>, <c>trials/ID/</c> (an ordinary run's folder) and
/// <c>trials/ID.log</c> (what the run printed).
/// </summary>
/// <param name="FullPath">The folder, absolute, without a slash at its end.</param>
/// <param name="Shown">As the user wrote it.</param>
internal sealed record SweepFolder(string FullPath, string Shown)
{
    private const string GridName = "sweep.yaml";
    private const string LockName = ".lock";
    private const string TrialsName = "trials";

    /// <summary>The copy of the grid.</summary>
    public string Grid => Path.Combine(FullPath, GridName);

    /// <summary>What happened, line by line.</summary>
    public string Journal => Path.Combine(FullPath, "journal.jsonl");

    /// <summary>A row for each trial.</summary>
    public string Results => Path.Combine(FullPath, "results.csv");

    /// <summary>A row for each group of trials that differ in their seeds alone.</summary>
    public string Table => Path.Combine(FullPath, "table.md");

    /// <summary>The folders and logs of the trials.</summary>
    public string Trials => Path.Combine(FullPath, TrialsName);

    /// <summary>True if a sweep was started here.</summary>
    public bool HoldsSweep => File.Exists(Grid);

    /// <summary>Finds a folder that holds a sweep.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it holds none.</exception>
    public static SweepFolder Find(string path, string shown)
    {
        var folder = new SweepFolder(Path.TrimEndingDirectorySeparator(path), shown);
        return folder.HoldsSweep
            ? folder
            : throw new UserErrorException(ExitCode.Usage, $"{shown}: no sweep there; name the folder that ./run.sh sweep run FILE --out DIR has made.");
    }

    /// <summary>The folder of a trial's run.</summary>
    public string TrialFolder(string id) => Path.Combine(Trials, id);

    /// <summary>What a trial's run printed, all attempts one after another.</summary>
    public string TrialLog(string id) => Path.Combine(Trials, id + ".log");

    /// <summary>Refuses a folder that holds something else.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public void RequireUsable()
    {
        if (File.Exists(FullPath))
        {
            throw Unusable("is a file, not a folder");
        }

        // A start that was killed leaves its lock, and the copy of the grid under a passing name.
        if (Directory.Exists(FullPath) && !HoldsSweep
            && Directory.EnumerateFileSystemEntries(FullPath).Any(path => Path.GetFileName(path) is { } name && name != LockName && !name.StartsWith(GridName, StringComparison.Ordinal)))
        {
            throw Unusable("holds something that is no sweep and stays untouched");
        }
    }

    /// <summary>Makes the folder this process's own until the result is disposed, or the process dies.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: another process runs the sweep, or nothing can be written there.</exception>
    public IDisposable Claim()
    {
        try
        {
            Directory.CreateDirectory(Trials);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"cannot be created ({WriteFailure.OneLine(cause.Message)})", cause);
        }

        string path = Path.Combine(FullPath, LockName);
        try
        {
            // The lock is the open file's: the system takes it back however this process ends, and a trial on its way to be started holds it too.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException cause) when (File.Exists(path))
        {
            string who = Sweeps.Journal.Read(Journal).LastOrDefault(entry => entry.Event == JournalEvent.Opened)?.ProcessId is { } process
                ? $"process {process.ToString(System.Globalization.CultureInfo.InvariantCulture)}"
                : "another process";
            throw new UserErrorException(
                ExitCode.Usage, $"{Shown}: {who} is running this sweep; wait for its end, or look at it with ./run.sh sweep status {Shown}.", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"cannot be written ({WriteFailure.OneLine(cause.Message)})", cause);
        }
    }

    /// <summary>Keeps the grid, so that the sweep can go on without its file.</summary>
    public void KeepGrid(string text)
    {
        if (!HoldsSweep || File.ReadAllText(Grid) != text)
        {
            AtomicFile.WriteText(Grid, text);
        }
    }

    private UserErrorException Unusable(string why, Exception? cause = null) => new(ExitCode.Usage, $"--out {Shown} {why}; choose another --out.", cause);
}
