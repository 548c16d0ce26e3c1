using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking;
using Compression.Tracking.Provenance;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>Runs prepared training in this process, alone or as one rank, and accounts for how it ends.</summary>
internal static class TrainingRun
{
    /// <summary>Opens the run's folder, trains, and returns the exit code.</summary>
    public static ExitCode Execute<TOptions>(
        RunRequest<TOptions> request, PreparedTraining<TOptions> prepared, RankGroup group, RunLock? held, RunEnvironment? observed,
        CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        using var folder = group.AllAgree(() => group.IsFirst ? request.OpenFolder(held, environment) : null);
        string path = group.FromFirst(folder?.Directory.FullPath ?? "");
        try
        {
            using var stop = environment.ListenForStop();
            using var logger = folder is null ? new NullRunLogger() : OpenLogger(folder.Directory, request, prepared, observed!, group, stop, environment);
            var summary = prepared.Train(
                new TrainingContext(group.Communicator, logger, request.Plan, path, environment.Time, stop.Token) { Notes = [.. request.Notes, .. prepared.Notes] });
            return group.Conclude(summary.Status switch
            {
                "completed" => ExitCode.Success,
                "interrupted" => stop.Reason ?? ExitCode.Interrupted,
                _ => ExitCode.Failure,
            });
        }
        catch (Exception failure)
        {
            string? log = folder?.Record(failure, environment.Time);
            var told = Explain(failure, log);
            folder?.Dispose();
            group.EndAll(told.Code, () => CommandLine.Report(told.Code, told.Message, environment));
            throw told;
        }
    }

    private static IRunLogger OpenLogger<TOptions>(
        RunDirectory directory, RunRequest<TOptions> request, PreparedTraining<TOptions> prepared, RunEnvironment observed, RankGroup group,
        StopRequest stop, CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        RunRecords.Write(directory, request, prepared, observed, group.MpiLibrary);
        IRunLogger logger = new NullRunLogger();
        var trackers = RunTrackers.Open(
            directory, request.Settings, request.Rows(prepared.Options), observed, request.Resume?.Step, () => logger, () => stop.Ask(ExitCode.Interrupted),
            environment);
        logger = RunLoggers.Create(
            directory, environment.Screen with { Quiet = request.Settings.Quiet }, environment.Time, request.Resume?.Step, trackers);
        logger.Message(request.CommandLine);
        logger.Message(prepared.Description);
        foreach (string note in request.Notes.Concat(prepared.Notes))
        {
            logger.Warning(note);
        }

        return logger;
    }

    private static UserErrorException Explain(Exception failure, string? log) => failure switch
    {
        UserErrorException error => error,
        DllNotFoundException missing => new UserErrorException(
            ExitCode.Environment, $"{missing.Message}; see what is missing with ./run.sh doctor", missing),
        _ => new UserErrorException(
            ExitCode.Failure, $"{failure.GetType().Name}: {failure.Message}{(log is null ? "" : $" (details in {log})")}", failure),
    };
}
