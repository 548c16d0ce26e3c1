using System.Collections.Immutable;
using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;
using Compression.Training.Lm1b;

namespace Compression.Experiments.Recipes;

/// <summary>The machines of <c>--resource_info_file</c>, and what they say of a command.</summary>
internal static class MachineList
{
    /// <summary>A command with as many workers as the list that it names has, if it names one, says no other number, and ranks are still to be started.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a line is malformed, or the command contradicts the list.</exception>
    public static ParsedCommand WithWorkers(ParsedCommand command, CommandEnvironment environment)
    {
        if (command["resource_info_file"] is not { Length: > 0 } path || MpiEnvironment.Current.IsUnderLauncher)
        {
            return command;
        }

        var machines = Read(path, environment);
        if (command["hostfile"] is { Length: > 0 } hostfile)
        {
            throw new UserErrorException(ExitCode.Usage, $"--resource_info_file {path} and --hostfile {hostfile}: both name the machines; give one of them.");
        }

        return command["num_workers"] is not null ? command : command with
        {
            Values = [.. command.Values, KeyValuePair.Create("num_workers", machines.Workers.ToString(CultureInfo.InvariantCulture))],
        };
    }

    /// <summary>The machines as hosts of ranks.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a line is malformed.</exception>
    public static HostList Hosts(string path, CommandEnvironment environment) =>
        HostList.Of(Read(path, environment).Hosts.Select(host => new JobHost(host.Name, host.Workers, host.Place)));

    /// <summary>Numbers of the GPUs that the list names for this host; empty where it names none.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a line is malformed.</exception>
    public static ImmutableArray<int> GpusHere(string path, CommandEnvironment environment)
    {
        var hosts = Read(path, environment).Hosts;
        return (hosts.Length == 1 ? hosts[0]
            : hosts.FirstOrDefault(host => string.Equals(host.Name, MpiEnvironment.Current.Host, StringComparison.OrdinalIgnoreCase)))?.Gpus ?? [];
    }

    private static ResourceInfo Read(string path, CommandEnvironment environment) => ResourceInfo.Read(environment.FullPath(path), $"--resource_info_file {path}");
}
