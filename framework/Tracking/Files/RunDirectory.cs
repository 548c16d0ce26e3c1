using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>
/// The folder that a run writes into. Opening it proves that it can be written and that no other run's results lie there.
/// </summary>
public sealed class RunDirectory
{
    /// <summary>Where runs go that name no folder, relative to the current one.</summary>
    public const string DefaultRoot = "runs";

    // Bytes of the experiment in the name of a folder.
    private const int LongestName = 100;
    private const string ProbePrefix = ".write-check-";

    // Any of these makes a folder a run's. An empty log.txt does not: it is only the mark of a start.
    private static readonly string[] Results =
        [RunFiles.Config, RunFiles.Environment, RunFiles.Metrics, RunFiles.Evaluations, RunFiles.Summary];

    private RunDirectory(string path) => FullPath = Path.GetFullPath(path);

    /// <summary>The folder, absolute.</summary>
    public string FullPath { get; }

    /// <summary>The absolute path of one of <see cref="RunFiles"/>.</summary>
    public string PathOf(string name) => Path.Combine(FullPath, name);

    /// <summary>
    /// Opens the folder that the user named, or a new one <c>runs/&lt;experiment&gt;-&lt;yyyyMMdd-HHmmss&gt;</c>; two starts in
    /// one second get two folders. Opening again what was just opened is allowed as long as nothing was written: a
    /// launcher opens the folder to check it, and hands it to rank 0.
    /// </summary>
    /// <param name="chosen">The value of <c>--out</c>; null where the user gave none.</param>
    /// <param name="experiment">The value of <c>--exp_name</c>; characters that a file name cannot hold become dashes.</param>
    /// <param name="resuming">Whether the results of an earlier run may be there, to be continued.</param>
    /// <param name="time">Gives the local time for the name.</param>
    /// <param name="root">Where the new folder goes.</param>
    /// <param name="hold">Given the folder once it is there, and before it is looked into: locks it.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: a file is in the way, the folder cannot be written, or it holds another run.
    /// </exception>
    public static RunDirectory Open(
        string? chosen, string experiment, bool resuming, TimeProvider time, string root = DefaultRoot, Action<string>? hold = null)
    {
        if (chosen is null)
        {
            var made = OpenNew(Path.Combine(root, DefaultName(experiment, time)));
            hold?.Invoke(made.FullPath);
            return made;
        }

        RequireName(chosen);
        Create(chosen);
        var directory = new RunDirectory(chosen);
        directory.RequireWritable();
        hold?.Invoke(directory.FullPath);
        directory.RequireNoRun(chosen, resuming);
        directory.Claim(FileMode.OpenOrCreate);
        return directory;
    }

    /// <summary>Refuses a folder that <see cref="Open"/> would, as far as that shows without writing.</summary>
    /// <param name="chosen">The value of <c>--out</c>.</param>
    /// <param name="resuming">Whether the results of an earlier run may be there.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a file is in the way, or it holds another run.</exception>
    public static void RequireFree(string chosen, bool resuming)
    {
        RequireName(chosen);
        RequireNoFile(chosen);
        new RunDirectory(chosen).RequireNoRun(chosen, resuming);
    }

    /// <summary>Whether a folder holds anything that a run left.</summary>
    /// <param name="folder">Its path; it may not be there.</param>
    public static bool HoldsRun(string folder)
    {
        string checkpoints = Path.Combine(folder, RunFiles.Checkpoints);
        return Results.Any(name => File.Exists(Path.Combine(folder, name)))
            || new FileInfo(Path.Combine(folder, RunFiles.Log)) is { Exists: true, Length: > 0 }
            || (Directory.Exists(checkpoints) && Directory.EnumerateFileSystemEntries(checkpoints).Any());
    }

    /// <summary>Removes what a killed process was about to rename, or had made to prove that it could; for the one that holds the <see cref="RunLock"/>.</summary>
    public void ClearLeftovers()
    {
        string wandb = PathOf(RunFiles.Wandb);
        foreach (string path in Directory.GetFiles(FullPath).Concat(Directory.Exists(wandb) ? Directory.GetFiles(wandb, "*", SearchOption.AllDirectories) : []))
        {
            if (AtomicFile.IsLeftover(path) || Path.GetFileName(path).StartsWith(ProbePrefix, StringComparison.Ordinal))
            {
                File.Delete(path);
            }
        }
    }

    private static string DefaultName(string experiment, TimeProvider time)
    {
        var forbidden = Path.GetInvalidFileNameChars();
        var safe = string
            .Concat(PathName.Cut(experiment, LongestName).Select(c => forbidden.Contains(c) || char.IsControl(c) ? '-' : c))
            .Trim(' ', '.');
        return (safe.Length == 0 ? "run" : safe) + time.GetLocalNow().ToString("'-'yyyyMMdd'-'HHmmss", CultureInfo.InvariantCulture);
    }

    private static RunDirectory OpenNew(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            var candidate = attempt == 1 ? path : FormattableString.Invariant($"{path}-{attempt}");
            if (Directory.Exists(candidate))
            {
                continue;
            }

            Create(candidate);
            var directory = new RunDirectory(candidate);
            directory.RequireWritable();
            // Two processes may have made the folder together: the one that creates log.txt has it.
            if (directory.Claim(FileMode.CreateNew))
            {
                return directory;
            }
        }
    }

    private static void RequireName(string chosen)
    {
        if (string.IsNullOrWhiteSpace(chosen))
        {
            throw Unusable(chosen, "is empty");
        }
    }

    private void RequireNoRun(string chosen, bool resuming)
    {
        if (!resuming && HoldsRun(FullPath))
        {
            throw Unusable(chosen, "already holds a run, which stays untouched", " or continue it with --resume latest");
        }
    }

    private static void RequireNoFile(string path)
    {
        if (File.Exists(path))
        {
            throw Unusable(path, "is a file, not a folder");
        }
    }

    private static void Create(string path)
    {
        RequireNoFile(path);
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception exception) when (WriteFailure.IsCauseOf(exception) || exception is ArgumentException or NotSupportedException)
        {
            throw Unusable(path, $"cannot be created ({WriteFailure.OneLine(exception.Message)})", cause: exception);
        }
    }

    /// <summary>Results are replaced by renaming, so a new name must be possible, not only a log that exists already.</summary>
    private void RequireWritable()
    {
        try
        {
            var probe = PathOf($"{ProbePrefix}{Guid.NewGuid():N}");
            new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (WriteFailure.IsCauseOf(exception))
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>Makes the log; false where <paramref name="mode"/> is CreateNew and another start was first.</summary>
    private bool Claim(FileMode mode)
    {
        var log = PathOf(RunFiles.Log);
        try
        {
            new FileStream(log, mode, FileAccess.Write, FileShare.ReadWrite).Dispose();
            return true;
        }
        catch (IOException) when (mode == FileMode.CreateNew && File.Exists(log))
        {
            return false;
        }
        catch (Exception exception) when (WriteFailure.IsCauseOf(exception))
        {
            throw Unwritable(exception);
        }
    }

    private UserErrorException Unwritable(Exception cause) =>
        Unusable(FullPath, $"cannot be written ({WriteFailure.OneLine(cause.Message)})", cause: cause);

    private static UserErrorException Unusable(string path, string why, string alternative = "", Exception? cause = null) =>
        new(ExitCode.Usage, $"--out '{path}' {why}; choose another --out{alternative}", cause);
}
