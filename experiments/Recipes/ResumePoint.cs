using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Recipes;

/// <summary>Where a resumed run goes on.</summary>
/// <param name="Checkpoint">Folder of the checkpoint.</param>
/// <param name="RunFolder">Folder of the run that wrote it, and into which the run continues.</param>
/// <param name="Recorded">The run's options.</param>
public sealed record ResumePoint(string Checkpoint, string RunFolder, RecordedRun Recorded)
{
    /// <summary>The value of <c>--resume</c> that asks for the newest checkpoint.</summary>
    public const string Latest = "latest";

    private const string Cure = "name a folder such as RUN/checkpoints/step-000100, or start a new run";

    /// <summary>Finds the checkpoint that <c>--resume</c> asks for. A run's folder stands for its newest checkpoint.</summary>
    /// <param name="resume">The value of <c>--resume</c>.</param>
    /// <param name="chosenOut">The value of <c>--out</c>; null where it was not given.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Checkpoint"/>: there is none. <see cref="ExitCode.Usage"/>: <c>--out</c> names another run.
    /// </exception>
    public static ResumePoint Find(string resume, string? chosenOut, CommandEnvironment environment)
    {
        string checkpoint = resume == Latest ? FindLatest(chosenOut, environment) : FindNamed(environment.FullPath(resume), resume);
        string runFolder = Path.GetDirectoryName(Path.GetDirectoryName(checkpoint)!)!;
        if (chosenOut is not null && environment.FullPath(chosenOut).TrimEnd('/') != runFolder)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--out {chosenOut}: a resumed run continues in its own folder {runFolder}; leave --out away.");
        }

        return new ResumePoint(checkpoint, runFolder, RecordedRun.Read(runFolder));
    }

    /// <summary>Steps that the run had done.</summary>
    public long Step => long.Parse(
        string.Concat(Path.GetFileName(Checkpoint).Where(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Checks that every file is intact and that the run goes on as it was.</summary>
    /// <param name="workers">Workers of this run; null where it may have any number.</param>
    /// <param name="now">The text of this run's option of that name; null for what only the trainer knows.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: damaged, or another run's.</exception>
    public void Verify(int? workers, Func<string, string?> now)
    {
        var state = LoadedCheckpoint.Verify(Checkpoint);
        if (workers is not null && state.WorldSize != workers)
        {
            throw new UserErrorException(
                ExitCode.Checkpoint,
                $"--resume {Checkpoint}: written by {state.WorldSize} workers, this run has {workers}; start {state.WorldSize} workers, or a new run.");
        }

        foreach (var (name, then) in state.Options)
        {
            if (now(name.TrimStart('-')) is { } text && text != then)
            {
                throw new UserErrorException(
                    ExitCode.Checkpoint, $"--resume {Checkpoint}: written with {name} {then}, this run has {text}; use the same, or start a new run.");
            }
        }
    }

    private static string FindLatest(string? chosenOut, CommandEnvironment environment)
    {
        if (chosenOut is not null)
        {
            string folder = environment.FullPath(chosenOut);
            return NewestOf(folder) ?? throw Nothing($"--resume {Latest}: no checkpoint in {folder}");
        }

        string root = environment.FullPath(RunDirectory.DefaultRoot);
        string[] candidates = Directory.Exists(root) ? [.. Directory.GetDirectories(root).Select(NewestOf).OfType<string>()] : [];
        return candidates.MaxBy(Directory.GetLastWriteTimeUtc) ?? throw Nothing($"--resume {Latest}: no run with a checkpoint in {root}");
    }

    private static string FindNamed(string path, string shown)
    {
        if (!Directory.Exists(path))
        {
            throw Nothing($"--resume {shown}: no such folder");
        }

        path = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetFileName(Path.GetDirectoryName(path)) == RunFiles.Checkpoints)
        {
            return path;
        }

        string run = Path.GetFileName(path) == RunFiles.Checkpoints ? Path.GetDirectoryName(path)! : path;
        return NewestOf(run) ?? throw Nothing($"--resume {shown}: no checkpoint there");
    }

    private static string? NewestOf(string runFolder) => new CheckpointStore(Path.Combine(runFolder, RunFiles.Checkpoints)).FindLatest();

    private static UserErrorException Nothing(string problem) => new(ExitCode.Checkpoint, $"{problem}; {Cure}.");
}
