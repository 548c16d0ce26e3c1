using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Recipes;

/// <summary>Where a resumed run goes on.</summary>
/// <param name="Checkpoint">Folder of the checkpoint.</param>
/// <param name="RunFolder">Folder of the run that wrote it, and into which the run continues.</param>
/// <param name="Recorded">The run's options as its config.json has them.</param>
/// <param name="State">Where the run stood, and its options when the checkpoint was written.</param>
public sealed record ResumePoint(string Checkpoint, string RunFolder, RecordedRun Recorded, TrainingState State)
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

        return new ResumePoint(checkpoint, runFolder, RecordedRun.Read(runFolder), LoadedCheckpoint.ReadState(checkpoint));
    }

    /// <summary>Steps that the run had done.</summary>
    public long Step => long.Parse(
        string.Concat(Path.GetFileName(Checkpoint).Where(char.IsAsciiDigit)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Checks that every file is intact and that the run goes on as it was.</summary>
    /// <param name="workers">Workers of this run; null where it may have any number.</param>
    /// <param name="options">This run's, as in <see cref="TrainingState.Options"/>; what only the trainer knows is not among them.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: damaged, or another run's.</exception>
    public void Verify(int? workers, IReadOnlyDictionary<string, string> options)
    {
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
    public string Fingerprint() =>
        $"SHA-256 {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Checkpoint, LoadedCheckpoint.Checksums))))[..16]}";

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
