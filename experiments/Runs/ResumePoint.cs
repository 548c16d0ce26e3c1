using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Runs;

/// <summary>Where a resumed run goes on.</summary>
/// <param name="Checkpoint">Folder of the checkpoint; null where the run was killed before its first and begins again.</param>
/// <param name="RunFolder">Folder of the run that wrote it, and into which the run continues.</param>
/// <param name="Recorded">The run's options as its config.json has them.</param>
/// <param name="State">Where the run stood, and its options when the checkpoint was written; null without a checkpoint.</param>
public sealed record ResumePoint(string? Checkpoint, string RunFolder, RecordedRun Recorded, TrainingState? State)
{
    /// <summary>The value of <c>--resume</c> that asks for the newest checkpoint.</summary>
    public const string Latest = "latest";

    /// <summary>The value that asks for the newest checkpoint, and for a new run where <c>--out</c> holds none: one command for every start of a job.</summary>
    public const string Auto = "auto";

    private const string Cure = "name a folder such as RUN/checkpoints/step-000100, or start a new run";

    /// <summary>
    /// Finds the checkpoint that <c>--resume</c> asks for. A run's folder stands for its newest checkpoint; a run that was killed before
    /// its first begins again.
    /// </summary>
    /// <param name="resume">The value of <c>--resume</c>.</param>
    /// <param name="chosenOut">The value of <c>--out</c>; null where it was not given.</param>
    /// <param name="trains">Whether the run is to be trained: without a checkpoint there is nothing else to do.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <returns>Null for <see cref="Auto"/> where no run is.</returns>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Checkpoint"/>: there is none. <see cref="ExitCode.Usage"/>: <c>--out</c> names another run, or no folder for <see cref="Auto"/>.
    /// </exception>
    public static ResumePoint? Find(string resume, string? chosenOut, bool trains, CommandEnvironment environment)
    {
        if (resume == Auto && !RunDirectory.HoldsRun(environment.FullPath(chosenOut ?? throw new UserErrorException(
            ExitCode.Usage, $"--resume {Auto}: goes on where it was, or begins; name the run's folder by --out."))))
        {
            return null;
        }

        string found = resume is Latest or Auto ? FindLatest(chosenOut, trains, environment) : FindNamed(environment.FullPath(resume), resume, trains);
        bool isCheckpoint = IsCheckpoint(found);
        string runFolder = isCheckpoint ? Path.GetDirectoryName(Path.GetDirectoryName(found)!)! : found;
        if (chosenOut is not null && environment.FullPath(chosenOut).TrimEnd('/') != runFolder)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--out {chosenOut}: a resumed run continues in its own folder {runFolder}; leave --out away.");
        }

        return isCheckpoint
            ? new ResumePoint(found, runFolder, RecordedRun.Read(runFolder), LoadedCheckpoint.ReadState(found))
            : new ResumePoint(null, runFolder, RecordedRun.Read(runFolder), null);
    }

    /// <summary>Whether a folder's place is that of a run's checkpoint.</summary>
    /// <param name="folder">Full path.</param>
    public static bool IsCheckpoint(string folder) =>
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))) == RunFiles.Checkpoints;

    /// <summary>The run in a folder, where the same command started it before, and it was killed before its first checkpoint: it begins again. Else null.</summary>
    /// <param name="runFolder">Full path.</param>
    /// <param name="commandLine">The command.</param>
    public static ResumePoint? OfSameStart(string runFolder, string commandLine) =>
        IsWithoutCheckpoint(runFolder) && RecordedRun.Read(runFolder) is var recorded && recorded.CommandLine == commandLine
            ? new ResumePoint(null, runFolder, recorded, null)
            : null;

    /// <summary>
    /// Locks the run that the options name, where it is there, before anything of it is looked at: another process may be writing it, those
    /// of a killed run too.
    /// </summary>
    /// <param name="resume">The value of <c>--resume</c>; null where it was not given.</param>
    /// <param name="chosenOut">The value of <c>--out</c>; null where it was not given.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <returns>The lock; null where there is nothing to lock, or it cannot be.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: another process writes there.</exception>
    public static RunLock? Hold(string? resume, string? chosenOut, CommandEnvironment environment)
    {
        try
        {
            return FolderOf(resume, chosenOut, environment) is { } folder && Directory.Exists(folder)
                ? RunLock.Take(folder, RunLock.Patience, environment.Time)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // Opening the folder will tell.
        }
    }

    /// <summary>Steps that the run had done, of which rows are kept; −1 where it begins again.</summary>
    public long Step => Checkpoint is null ? -1 : long.Parse(
        string.Concat(Path.GetFileName(Checkpoint).Where(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the user should know.</summary>
    public IReadOnlyList<string> Notes => Checkpoint is null ? [$"{RunFolder}: no checkpoint yet; the run begins again, at step 0."] : [];

    /// <summary>Checks that every file is intact and that the run goes on as it was.</summary>
    /// <param name="workers">Workers of this run; null where it may have any number.</param>
    /// <param name="options">This run's, as in <see cref="TrainingState.Options"/>; what only the trainer knows is not among them.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: damaged, or another run's.</exception>
    public void Verify(int? workers, IReadOnlyDictionary<string, string> options)
    {
        if (Checkpoint is null || State is null)
        {
            return;
        }

        LoadedCheckpoint.Verify(Checkpoint);
        if (workers is not null && State.WorldSize != workers)
        {
            throw new UserErrorException(
                ExitCode.Checkpoint,
                $"--resume {Checkpoint}: written by {State.WorldSize} {Plural.Of(State.WorldSize, "worker")}, this run has {workers}; start {State.WorldSize} {Plural.Of(State.WorldSize, "worker")} (--num_workers {State.WorldSize}), or a new run.");
        }

        if (State.FirstDifference(options, options.ContainsKey) is { } difference)
        {
            throw new UserErrorException(ExitCode.Checkpoint, $"--resume {Checkpoint}: {difference}; use the same, or start a new run.");
        }
    }

    /// <summary>What tells this checkpoint from others: a checksum over those of its files.</summary>
    public string Fingerprint() => Checkpoint is null
        ? "none"
        : $"SHA-256 {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Checkpoint, LoadedCheckpoint.Checksums))))[..16]}";

    private static string? FolderOf(string? resume, string? chosenOut, CommandEnvironment environment)
    {
        if (resume is null or Latest or Auto && !string.IsNullOrWhiteSpace(chosenOut))
        {
            return environment.FullPath(chosenOut);
        }

        try
        {
            return resume is null ? null : Find(resume, chosenOut, trains: true, environment)?.RunFolder;
        }
        catch (UserErrorException)
        {
            return null; // Told when the run is read.
        }
    }

    private static string FindLatest(string? chosenOut, bool trains, CommandEnvironment environment)
    {
        if (chosenOut is not null)
        {
            string folder = environment.FullPath(chosenOut);
            return NewestOf(folder) ?? (trains && IsWithoutCheckpoint(folder) ? Path.TrimEndingDirectorySeparator(folder) : null) ?? throw Nothing($"--resume {Latest}: no checkpoint in {folder}");
        }

        string root = environment.FullPath(RunDirectory.DefaultRoot);
        string[] candidates = Directory.Exists(root) ? [.. Directory.GetDirectories(root).Select(NewestOf).OfType<string>()] : [];
        return candidates.MaxBy(Directory.GetLastWriteTimeUtc) ?? throw Nothing($"--resume {Latest}: no run with a checkpoint in {root}");
    }

    private static string FindNamed(string path, string shown, bool trains)
    {
        if (!Directory.Exists(path))
        {
            throw Nothing($"--resume {shown}: no such folder");
        }

        path = Path.TrimEndingDirectorySeparator(path);
        if (IsCheckpoint(path))
        {
            return path;
        }

        string run = Path.GetFileName(path) == RunFiles.Checkpoints ? Path.GetDirectoryName(path)! : path;
        return NewestOf(run) ?? (trains && IsWithoutCheckpoint(run) ? run : null) ?? throw Nothing($"--resume {shown}: no checkpoint there");
    }

    // A run that began, and neither wrote a checkpoint nor came to its end.
    private static bool IsWithoutCheckpoint(string runFolder) =>
        File.Exists(Path.Combine(runFolder, RunFiles.Config)) && NewestOf(runFolder) is null && SummaryFile.Find(runFolder)?.Status != "completed";

    private static string? NewestOf(string runFolder) => new CheckpointStore(Path.Combine(runFolder, RunFiles.Checkpoints)).FindLatest();

    private static UserErrorException Nothing(string problem) => new(ExitCode.Checkpoint, $"{problem}; {Cure}.");
}
