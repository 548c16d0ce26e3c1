using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Tracking.TensorBoard;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>The trackers that a run's options ask for, beside files and console.</summary>
internal static class RunTrackers
{
    /// <summary>Checks what can be checked before the start: names, the server's address, the key.</summary>
    /// <exception cref="UserErrorException">Something is wrong, or the key is missing.</exception>
    public static void Check(TrainerOptions options, CommandEnvironment environment)
    {
        if (WandbVariables.OptionsOf(options, environment) is { } wandb)
        {
            wandb.Check();
            _ = KeyFor(wandb, environment);
        }
    }

    /// <summary>Opens them.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="config">Every resolved option.</param>
    /// <param name="observed">The machine.</param>
    /// <param name="resumeStep">The step that the run continues at; null for a new run.</param>
    /// <param name="all">All loggers of the run; asked when there is something to tell.</param>
    /// <param name="stop">Ends the run after its step.</param>
    /// <param name="environment">The surroundings.</param>
    public static IReadOnlyList<IRunLogger> Open(
        RunDirectory directory, TrainerOptions options, IReadOnlyList<ConfigEntry> config, RunEnvironment observed, long? resumeStep, Func<IRunLogger> all,
        Action stop, CommandEnvironment environment)
    {
        var trackers = new List<IRunLogger>();
        if (options.Tensorboard)
        {
            trackers.Add(new TensorBoardRunLogger(directory, environment.Time, resumeStep));
        }

        if (WandbVariables.OptionsOf(options, environment) is { } wandb)
        {
            trackers.Add(WandbRunLogger.Open(new WandbRun
            {
                Options = wandb,
                Key = KeyFor(wandb, environment),
                Directory = directory,
                Config = config,
                Commit = observed.Git?.Commit,
                Host = observed.Host,
                IsResumed = resumeStep is not null,
                Time = environment.Time,
                Inform = text => all().Message(text),
                Warn = text => all().Warning(text),
                Stop = stop,
            }));
        }

        return trackers;
    }

    private static WandbKey? KeyFor(WandbOptions options, CommandEnvironment environment) =>
        options.Mode == WandbMode.Online ? WandbKey.Find(environment.Variable, WandbOptions.ServerAt(options.BaseUrl)) : null;
}
