using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Verbs;

/// <summary>Options of the checkpoint verbs.</summary>
public sealed record CheckpointOptions
{
    /// <summary>What is looked at.</summary>
    [Option("folder", "a run's folder, its checkpoints folder, or one checkpoint", IsPath = true)]
    public string Folder { get; init; } = "";
}

/// <summary>Looks at the checkpoints of a run.</summary>
internal abstract class CheckpointVerb(string name, string summary) : Verb<CheckpointOptions>(name, summary)
{
    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => [$"{Name} runs/small"];

    protected override ExitCode Run(CheckpointOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOperand(options.Folder, "a run's folder or a checkpoint");
        string path = Path.TrimEndingDirectorySeparator(environment.FullPath(options.Folder));
        string below = Path.Combine(path, RunFiles.Checkpoints);
        var checkpoints = new CheckpointStore(Directory.Exists(below) ? below : path).List();
        if (checkpoints.Count == 0)
        {
            bool isOne = Directory.Exists(path) && Path.GetFileName(Path.GetDirectoryName(path)) == RunFiles.Checkpoints;
            checkpoints = isOne
                ? [path]
                : throw new UserErrorException(ExitCode.Checkpoint, $"--folder {options.Folder}: no checkpoint there; name a run's folder or one of its checkpoints.");
        }

        return Show(checkpoints, environment);
    }

    /// <summary>Does it.</summary>
    protected abstract ExitCode Show(IReadOnlyList<string> checkpoints, CommandEnvironment environment);

    /// <summary>One line on a checkpoint that is intact.</summary>
    protected static string Describe(string folder, TrainingState state)
    {
        long bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        return FormattableString.Invariant(
            $"{folder}: step {state.Step}, epoch {state.Epoch}, {state.WorldSize} {Plural.Of(state.WorldSize, "worker")}, learning rate {state.LearningRate}, {bytes / 1e6:F1} MB");
    }
}

/// <summary>Lists them, damaged ones included.</summary>
internal sealed class CheckpointList() : CheckpointVerb("checkpoint list", "the checkpoints of a run, oldest first")
{
    protected override ExitCode Show(IReadOnlyList<string> checkpoints, CommandEnvironment environment)
    {
        foreach (string folder in checkpoints)
        {
            string line;
            try
            {
                line = Describe(folder, LoadedCheckpoint.Verify(folder));
            }
            catch (UserErrorException damage)
            {
                line = $"{folder}: {damage.Message}";
            }

            environment.Screen.Output.WriteLine(line);
        }

        return ExitCode.Success;
    }
}

/// <summary>Compares every file with its checksum; the first damage ends it.</summary>
internal sealed class CheckpointVerify() : CheckpointVerb("checkpoint verify", "compare every file of a run's checkpoints with its checksum")
{
    protected override ExitCode Show(IReadOnlyList<string> checkpoints, CommandEnvironment environment)
    {
        foreach (string folder in checkpoints)
        {
            environment.Screen.Output.WriteLine(Describe(folder, LoadedCheckpoint.Verify(folder)) + ", intact");
        }

        return ExitCode.Success;
    }
}
