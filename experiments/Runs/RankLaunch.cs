using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;
using Compression.Tracking.Files;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>From one process to many: who the workers are, and how ranks are started.</summary>
internal static class RankLaunch
{
    /// <summary>Tells the ranks which folder was opened for them.</summary>
    private const string FolderVariable = "COMPRESSION_RUN_FOLDER";

    /// <summary>Time for ranks to join where <c>--comm_timeout</c> sets none: far beyond what programs on a slow file system take to start.</summary>
    public static readonly TimeSpan UsualJoin = TimeSpan.FromMinutes(5);

    // The runtime's door for debuggers: files in the temporary folder, which killed ranks would leave there.
    private const string DiagnosticsVariable = "DOTNET_EnableDiagnostics";

    // What ranks on other hosts need beside their own environment.
    private static readonly string[] s_inherited =
        ["LD_LIBRARY_PATH", "TORCH_PATH", DiagnosticsVariable, CommandEnvironment.RootVariable, CommandEnvironment.DataVariable, CommandEnvironment.DebugVariable];

    /// <summary>The run folder that the launching process opened; null where a rank was started by other means.</summary>
    public static string? FolderFromLauncher(CommandEnvironment environment, MpiEnvironment launch) =>
        launch.IsUnderLauncher && environment.Variable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>All ranks of a run: workers, and those that serve them.</summary>
    public static int RanksOf(TrainerOptions options) => options.NumWorkers + options.ServerRanks;

    /// <summary>Workers of the job that this process belongs to; as asked for where it belongs to none, or the launcher does not say.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the command line says another number, or no rank is left for a worker.</exception>
    public static int WorkersOf(TrainerOptions options, ParsedCommand command, MpiEnvironment launch)
    {
        if (!launch.IsUnderLauncher || launch.Size is not { } size)
        {
            return options.NumWorkers;
        }

        int servers = options.ServerRanks, workers = size - servers;
        if (command["num_workers"] is not null && RanksOf(options) != size)
        {
            throw new UserErrorException(ExitCode.Usage, FormattableString.Invariant(
                $"--num_workers {options.NumWorkers}{(servers > 0 ? $" with {servers} {Plural.Of(servers, "server")}" : "")}: the launcher has started {size} {Plural.Of(size, "rank")}; leave --num_workers away, or make them equal."));
        }

        return workers > 0 ? workers : throw new UserErrorException(
            ExitCode.Usage, FormattableString.Invariant($"--num_workers {workers}: must be a whole number at least 1 and at most 65536; the nearest is 1."));
    }

    /// <summary>Threads of a rank: as given, or the cores of the host shared among its ranks.</summary>
    public static int ThreadsOfRank(TrainerOptions options, MpiEnvironment launch) =>
        options.Threads > 0 ? options.Threads : Math.Max(1, Environment.ProcessorCount / RanksHere(options, launch));

    /// <summary>Ranks of the job on this host, as far as is known; at least 1.</summary>
    public static int RanksHere(TrainerOptions options, MpiEnvironment launch) =>
        Math.Max(1, launch.LocalSize ?? launch.Size ?? (options.NamesHosts ? 1 : RanksOf(options)));

    /// <summary>Checks the options that say who the workers are.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireSensibleWorkers(TrainerOptions options)
    {
        if (options.VirtualWorkers > 0 && options.NumWorkers > 1)
        {
            throw new UserErrorException(
                ExitCode.Usage, FormattableString.Invariant(
                    $"--virtual_workers {options.VirtualWorkers} and --num_workers {options.NumWorkers}: workers are virtual or real, not both; set one of them."));
        }

        if (options.Hostfile.Length > 0 && RanksOf(options) == 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"--hostfile {options.Hostfile}: it is for --num_workers above 1.");
        }
    }

    /// <summary>The hosts of a file; null where none is given.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it cannot be read, or a line is no host.</exception>
    public static HostList? Hosts(string hostfile, CommandEnvironment environment) =>
        hostfile.Length == 0 ? null : HostList.Read(environment.FullPath(hostfile), $"--hostfile {hostfile}");

    /// <summary>Starts the ranks of a request that has passed all checks, and waits for them.</summary>
    /// <param name="request">What the user asked for.</param>
    /// <param name="hosts">Hosts of the ranks; null: this one.</param>
    /// <param name="held">The lock of the run's folder, where this process has it.</param>
    /// <param name="environment">Of this process.</param>
    public static ExitCode Execute<TOptions>(RunRequest<TOptions> request, HostList? hosts, RunLock? held, CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        var options = request.Options;
        var folder = request.OpenFolder(held, environment);
        bool done = false;

        // The first rank writes there, and locks it from now on.
        folder.Dispose();
        try
        {
            var code = Start(
                RanksOf(options), hosts, options.Threads, [.. request.Verb.Split(' '), .. request.Words], environment, options.CommTimeout, options.NameOf, KeyValuePair.Create(FolderVariable, folder.Directory.FullPath));
            done = code == ExitCode.Success;
            return code;
        }
        finally
        {
            if (!done)
            {
                folder.Abandon();
            }
        }
    }

    /// <summary>Starts ranks of this program, and waits for them.</summary>
    /// <param name="ranks">How many.</param>
    /// <param name="hosts">Their hosts; null: this one.</param>
    /// <param name="threads">Threads of each; 0: as each finds right.</param>
    /// <param name="words">The command line of each.</param>
    /// <param name="environment">Of this process.</param>
    /// <param name="timeout">Seconds that an exchange may take, and ranks may take to join; 0: no limit, and <see cref="UsualJoin"/>.</param>
    /// <param name="nameOfRank">What a message calls a rank that died; null for its number.</param>
    /// <param name="added">Variables for them alone.</param>
    public static ExitCode Start(
        int ranks, HostList? hosts, int threads, IReadOnlyList<string> words, CommandEnvironment environment, double timeout = 0, Func<int, string>? nameOfRank = null,
        params KeyValuePair<string, string>[] added)
    {
        SystemPackage.RequireMpi(environment);
        var variables = s_inherited
            .Select(name => (Name: name, Value: environment.Variable(name)))
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .ToDictionary(pair => pair.Name, pair => pair.Value!);
        variables.TryAdd(DiagnosticsVariable, "0");
        foreach (var (name, value) in added)
        {
            variables[name] = value;
        }

        if (threads > 0)
        {
            variables["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        }

        var job = new MpiLaunchOptions
        {
            Ranks = ranks,
            Hosts = hosts,
            JoinWithin = timeout > 0 ? TimeSpan.FromSeconds(timeout) : UsualJoin,
            Environment = variables,
            NameOfRank = nameOfRank ?? MpiLaunchOptions.Number,
        };
        return (ExitCode)MpiLauncher.Run(job, environment.Executable, words);
    }
}
