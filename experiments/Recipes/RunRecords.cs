using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;
using Compression.Mpi;
using Compression.Tracking;
using Compression.Tracking.Provenance;
using Compression.Training;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>Writes down with what, and where, a run takes place.</summary>
internal static class RunRecords
{
    /// <summary>Looks at the machine before MPI starts, as that is no time to start git; null on all ranks but the first.</summary>
    public static RunEnvironment? ObserveMachine(CommandEnvironment environment) => MpiEnvironment.Current.Rank is > 0
        ? null
        : RunEnvironment.Observe(
            threads: 0, mpiLibrary: null, libtorch: null, new Dictionary<string, string>(), environment.Time, environment.RepositoryRoot) with
        {
            Network = environment.Variable(Lab.NetworkVariable),
        };

    /// <summary>Writes config.json and environment.json.</summary>
    public static void Write<TOptions>(
        RunDirectory directory, RunRequest<TOptions> request, PreparedTraining<TOptions> prepared, RunEnvironment observed, string? mpiLibrary)
        where TOptions : TrainerOptions
    {
        RunOption[] rows = [.. request.Rows(prepared.Options)
            .Select(row => row.Name == "out" ? row with { Value = directory.FullPath } : row)];
        ConfigFile.Write(directory, rows, request.CommandLine);
        (observed with
        {
            Threads = request.Settings.Threads,
            MpiLibrary = mpiLibrary,
            Libtorch = TorchRuntime.Read().Version,
            DataSha256 = prepared.DataSha256,
        }).Write(directory);
    }
}
