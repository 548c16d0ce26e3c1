using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;
using Compression.Mpi.Interop;
using Compression.Tracking;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Training;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>Runs prepared training in this process, alone or as one rank, and accounts for how it ends.</summary>
internal static class TrainingRun
{
    /// <summary>Opens the run's folder, trains, and returns the exit code.</summary>
    public static ExitCode Execute<TOptions>(
        RunRequest<TOptions> request, RankGroup group, RunLock? held, RunEnvironment? observed, CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        using var folder = group.AllAgree(() => group.IsFirst ? request.OpenFolder(held, environment) : null);
        string path = group.FromFirst(folder?.Directory.FullPath ?? "");
        try
        {
            using var stop = environment.ListenForStop();
            using var logger = folder is null ? new NullRunLogger() : OpenLogger(folder.Directory, request, observed!, group, stop, environment);
            var summary = request.Training.Train(
                new TrainingContext(group.Communicator, logger, request.Plan, path, environment.Time, stop.Token)
                {
                    Notes = request.Notes,
                    Gpu = ProcessGpu.Of(request.Options.UseGpu, request.Training.Gpus),
                });
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
            var error = Explain(failure, request.Training.MemoryOptions, log);
            folder?.Dispose();
            group.EndAll(error.Code, () => CommandLine.Report(error.Code, error.Message, environment));
            throw error;
        }
    }

    /// <summary>Looks at the machine before MPI starts, as that is no time to start git; null on all ranks but the first.</summary>
    public static RunEnvironment? ObserveMachine(CommandEnvironment environment) => MpiEnvironment.Current.Rank is > 0
        ? null
        : RunEnvironment.Observe(environment.Time, environment.RepositoryRoot) with { Network = environment.Variable(Lab.NetworkVariable) };

    private static IRunLogger OpenLogger<TOptions>(
        RunDirectory directory, RunRequest<TOptions> request, RunEnvironment observed, RankGroup group, StopRequest stop, CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        var config = request.Config(request.Options);
        ConfigFile.Write(directory, [.. config.Select(entry => entry.Name == "out" ? entry with { Value = directory.FullPath } : entry)], request.CommandLine);
        (observed with
        {
            Threads = request.Options.Threads,
            MpiLibrary = group.MpiLibrary,
            Libtorch = TorchRuntime.Read().Version,
            DataSha256 = request.Training.DataSha256,
        }).Write(directory);
        IRunLogger logger = new NullRunLogger();
        var trackers = RunTrackers.Open(
            directory, request.Options, config, observed, request.Resume?.Step, () => logger, () => stop.Ask(ExitCode.Interrupted), environment);
        logger = RunLoggers.Create(
            directory, environment.Screen with { Quiet = request.Options.Quiet }, environment.Time, request.Resume?.Step, trackers);
        logger.Message(request.CommandLine);
        logger.Message(request.Training.Description);
        foreach (string note in request.Notes)
        {
            logger.Warning(note);
        }

        return logger;
    }

    private static UserErrorException Explain(Exception failure, string memoryOptions, string? log) => GpuMemory.Explain(failure, memoryOptions) ?? failure switch
    {
        UserErrorException error => error,
        DllNotFoundException missing => new UserErrorException(
            ExitCode.Environment, $"{missing.Message}; see what is missing with ./run.sh doctor", missing),
        _ => new UserErrorException(
            ExitCode.Failure, $"{failure.GetType().Name}: {failure.Message}{(log is null ? "" : $" (details in {log})")}", failure),
    };
}
