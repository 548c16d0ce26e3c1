using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Tracking.TensorBoard;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Recipes;

/// <summary>Evaluates a run's checkpoints as they come; results go into a folder of their own within the run's.</summary>
/// <param name="first">Folder of the checkpoint that is evaluated first.</param>
/// <param name="name">Of the folder and of the figures.</param>
/// <param name="lastStep">Where the run ends.</param>
/// <param name="once">The first alone.</param>
internal sealed class FollowedCheckpoints(string first, string name, long lastStep, bool once)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Waits until a run has written its first checkpoint.</summary>
    /// <returns>False where a signal came first.</returns>
    public static bool WaitForFirst(string runFolder, CommandEnvironment environment)
    {
        using var stop = environment.ListenForStop();
        var store = StoreOf(runFolder);
        while (store.FindLatest() is null)
        {
            if (stop.Token.WaitHandle.WaitOne(s_pause))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Evaluates until the run's last checkpoint, or a signal.</summary>
    /// <param name="evaluate">Given a checkpoint's folder.</param>
    /// <param name="environment">Where it runs.</param>
    public ExitCode Evaluate(Func<string, EvaluationRecord> evaluate, CommandEnvironment environment)
    {
        using var stop = environment.ListenForStop();
        string runFolder = Path.GetDirectoryName(Path.GetDirectoryName(first))!;
        RunLock? held = null;
        var directory = RunDirectory.Open(
            Path.Combine(runFolder, name), name, resuming: true, environment.Time, runFolder, path => held = RunLock.Take(path, RunLock.Patience, environment.Time));
        using var alone = held;
        using var table = new CsvRunLogger(directory, long.MaxValue);
        using var events = new TensorBoardRunLogger(directory, environment.Time, long.MaxValue);
        string next = first;
        string? last = null;
        while (true)
        {
            if (next != last)
            {
                var record = evaluate(next);
                table.LogEvaluation(record);
                events.LogEvaluation(record);
                environment.Screen.Output.WriteLine(FormattableString.Invariant(
                    $"{name}: step {record.Step}, {record.Split} loss {record.Loss:F6} nats per word, perplexity {record.Perplexity:F4}"));
                last = next;
                if (once || record.Step >= lastStep)
                {
                    return ExitCode.Success;
                }
            }

            if (stop.Token.WaitHandle.WaitOne(s_pause))
            {
                return stop.Reason ?? ExitCode.Interrupted;
            }

            next = StoreOf(runFolder).FindLatest() ?? last;
        }
    }

    private static CheckpointStore StoreOf(string runFolder) => new(Path.Combine(runFolder, RunFiles.Checkpoints));
}
