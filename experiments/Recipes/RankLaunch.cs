using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi;
using Compression.Mpi.Launching;
using Compression.Training.Sessions;

namespace Compression.Experiments.Recipes;

/// <summary>From one process to many: who the workers are, and how ranks are started.</summary>
internal static class RankLaunch
{
    /// <summary>Tells the ranks which folder was opened for them.</summary>
    private const string FolderVariable = "COMPRESSION_RUN_FOLDER";

    // What ranks on other hosts need beside their own environment.
    private static readonly string[] s_inherited =
        ["LD_LIBRARY_PATH", "TORCH_PATH", CommandEnvironment.RootVariable, CommandEnvironment.DataVariable, CommandEnvironment.DebugVariable];

    /// <summary>The run folder that the launching process opened; null where a rank was started by other means.</summary>
    public static string? FolderFromLauncher(CommandEnvironment environment, MpiEnvironment launch) =>
        launch.IsUnderLauncher && environment.Variable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Ranks of the job that this process belongs to; null where it belongs to none, or the launcher does not say.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: the command line says another number.</exception>
    public static int? WorldSize(RunSettings settings, ParsedCommand command, MpiEnvironment launch)
    {
        if (!launch.IsUnderLauncher || launch.Size is not { } size)
        {
            return null;
        }

        return command["num_workers"] is null || settings.Ranks == size ? size - settings.Servers : throw new UserErrorException(
            ExitCode.Usage, string.Create(
                CultureInfo.InvariantCulture,
                $"--num_workers {settings.Workers}{(settings.Servers > 0 ? $" with {settings.Servers} servers" : "")}: the launcher has started {size} ranks; leave --num_workers away, or make them equal."));
    }

    /// <summary>Threads of a rank: as given, or the cores of the host shared among its ranks.</summary>
    public static int ThreadsOfRank(RunSettings settings, MpiEnvironment launch)
    {
        if (settings.Threads > 0)
        {
            return settings.Threads;
        }

        return Math.Max(1, Environment.ProcessorCount / RanksHere(settings.Hostfile, settings.Ranks, launch));
    }

    /// <summary>Ranks of the job on this host, as far as is known; at least 1.</summary>
    public static int RanksHere(TrainerOptions options) => RanksHere(options.Hostfile, options.NumWorkers + options.ServerRanks, MpiEnvironment.Current);

    private static int RanksHere(string hostfile, int ranks, MpiEnvironment launch) => Math.Max(1, launch.LocalSize ?? launch.Size ?? (hostfile.Length == 0 ? ranks : 1));

    /// <summary>Checks the options that say who the workers are.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireSensibleWorkers(RunSettings settings, CommandEnvironment environment)
    {
        if (settings.VirtualWorkers > 0 && settings.Workers > 1)
        {
            throw new UserErrorException(
                ExitCode.Usage, string.Create(
                    CultureInfo.InvariantCulture,
                    $"--virtual_workers {settings.VirtualWorkers} and --num_workers {settings.Workers}: workers are virtual or real, not both; set one of them."));
        }

        if (settings.Hostfile.Length > 0 && settings.Ranks == 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"--hostfile {settings.Hostfile}: it is for --num_workers above 1.");
        }

        RequireHosts(settings.Hostfile, environment);
    }

    /// <summary>Checks that a host file, if one is given, names hosts.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireHosts(string hostfile, CommandEnvironment environment)
    {
        if (hostfile.Length == 0)
        {
            return;
        }

        string path = environment.FullPath(hostfile);
        if (!File.Exists(path))
        {
            throw new UserErrorException(ExitCode.Usage, $"--hostfile {hostfile}: no such file; name one with a host a line.");
        }

        string[] lines = [.. File.ReadLines(path).Select(line => line.Trim())];
        if (!lines.Any(line => line.Length > 0 && line[0] != '#'))
        {
            throw new UserErrorException(ExitCode.Usage, $"--hostfile {hostfile}: it names no host; write one host a line.");
        }

        // What is no UTF-8 reads as U+FFFD.
        int odd = Array.FindIndex(lines, line => line.Any(c => c == '\uFFFD' || (char.IsControl(c) && c != '\t')));
        if (odd >= 0)
        {
            throw new UserErrorException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--hostfile {hostfile}, line {odd + 1}: no text; write one host a line, in UTF-8."));
        }
    }

    /// <summary>Starts the ranks of a request that has passed all checks, and waits for them.</summary>
    public static ExitCode Execute<TOptions>(RunRequest<TOptions> request, CommandEnvironment environment)
        where TOptions : TrainerOptions
    {
        var settings = request.Settings;
        var folder = request.OpenFolder(environment);
        bool done = false;
        try
        {
            var code = Start(
                settings.Ranks, settings.Hostfile, settings.Hostfile.Length == 0 || settings.Threads > 0 ? ThreadsOfRank(settings, MpiEnvironment.Current) : 0,
                [.. request.Verb.Split(' '), .. request.Words], environment, settings.NameOfRank, KeyValuePair.Create(FolderVariable, folder.Directory.FullPath));
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
    /// <param name="hostfile">Their hosts; empty: this one.</param>
    /// <param name="threads">Threads of each; 0: as each finds right.</param>
    /// <param name="words">The command line of each.</param>
    /// <param name="environment">Of this process.</param>
    /// <param name="nameOfRank">What a message calls a rank that died; null for its number.</param>
    /// <param name="added">Variables for them alone.</param>
    public static ExitCode Start(
        int ranks, string hostfile, int threads, IReadOnlyList<string> words, CommandEnvironment environment, Func<int, string>? nameOfRank = null,
        params KeyValuePair<string, string>[] added)
    {
        Requirements.Mpi(environment);
        var variables = s_inherited
            .Select(name => (Name: name, Value: environment.Variable(name)))
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .ToDictionary(pair => pair.Name, pair => pair.Value!);
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
            HostFile = hostfile.Length > 0 ? environment.FullPath(hostfile) : null,
            Environment = variables,
            NameOfRank = nameOfRank ?? MpiLaunchOptions.Number,
        };
        return (ExitCode)MpiLauncher.Run(job, environment.Executable, words);
    }
}
