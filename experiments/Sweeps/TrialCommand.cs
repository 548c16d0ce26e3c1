using System.Collections.Immutable;
using System.Globalization;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Files;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Sweeps;

/// <summary>The command lines of a trial.</summary>
/// <param name="grid">The sweep.</param>
/// <param name="trainer">The verb that trains.</param>
internal sealed class TrialCommand(SweepGrid grid, Verb trainer)
{
    /// <summary>Steps between two checkpoints where the grid does not say: minutes of work on a model worth a sweep.</summary>
    public const int CheckpointEvery = 500;

    private readonly HashSet<string> _options = [.. trainer.Options.Select(option => option.Name)];

    /// <summary>What stands after the verb, less folder and threads.</summary>
    public ImmutableArray<string> Options(Trial trial)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, value) in trial.Values)
        {
            words.Add($"--{name}={value}");
        }

        AddUnlessGiven(words, trial, "checkpoint_every", CheckpointEvery.ToString(CultureInfo.InvariantCulture));
        AddUnlessGiven(words, trial, "exp_name", $"{grid.Name}-{trial.Id}");
        return words.ToImmutable();
    }

    /// <summary>The program's whole command line for an attempt that starts anew.</summary>
    public IReadOnlyList<string> Start(Trial trial, SweepFolder folder, CoreShare share)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        words.AddRange(trainer.Name.Split(' '));
        words.AddRange(Options(trial));
        int ranks = int.TryParse(trial["num_workers"], NumberStyles.None, CultureInfo.InvariantCulture, out int workers) ? Math.Max(1, workers) : 1;
        AddUnlessGiven(words, trial, "threads", Math.Max(1, share.Threads / ranks).ToString(CultureInfo.InvariantCulture));
        words.Add($"--out={folder.TrialFolder(trial.Id)}");
        return words.ToImmutable();
    }

    /// <summary>The program's whole command line for an attempt that goes on; it takes its options, threads too, from the run's folder.</summary>
    public IReadOnlyList<string> Resume(Trial trial, SweepFolder folder) =>
        [.. trainer.Name.Split(' '), $"--resume={ResumePoint.Latest}", $"--out={folder.TrialFolder(trial.Id)}"];

    /// <summary>True if a trial can go on.</summary>
    public static bool HasCheckpoint(string runFolder) =>
        File.Exists(Path.Combine(runFolder, RunFiles.Config)) && new CheckpointStore(Path.Combine(runFolder, RunFiles.Checkpoints)).FindLatest() is not null;

    private void AddUnlessGiven(ImmutableArray<string>.Builder words, Trial trial, string name, string value)
    {
        if (trial[name] is null && _options.Contains(name))
        {
            words.Add($"--{name}={value}");
        }
    }
}
