using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Mpi;
using Compression.Mpi.Launching;
using Compression.Training.Lm1b;

namespace Compression.Experiments.Recipes;

/// <summary>The machines of <c>--resource_info_file</c> as a host file of the MPI at hand, which lives as long as the job.</summary>
internal sealed class MachineList : IDisposable
{
    private readonly string? _file;

    private MachineList(ParsedCommand command, string? file) => (Command, _file) = (command, file);

    /// <summary>What the user wrote, with workers and hosts of the list.</summary>
    public ParsedCommand Command { get; }

    /// <summary>Reads the list that a command names, if it names one and ranks are still to be started.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a line is malformed, or the command contradicts the list.</exception>
    public static MachineList Of(ParsedCommand command, CommandEnvironment environment)
    {
        if (command["resource_info_file"] is not { Length: > 0 } path || MpiEnvironment.Current.IsUnderLauncher)
        {
            return new MachineList(command, null);
        }

        string shown = $"--resource_info_file {path}";
        var machines = ResourceInfo.Read(environment.FullPath(path), shown);

        if (command["hostfile"] is { Length: > 0 } hostfile)
        {
            throw new UserErrorException(ExitCode.Usage, $"{shown} and --hostfile {hostfile}: both name the machines; give one of them.");
        }

        var values = command.Values.ToList();
        if (command["num_workers"] is null)
        {
            values.Add(KeyValuePair.Create("num_workers", machines.Workers.ToString(CultureInfo.InvariantCulture)));
        }

        if (values.Last(pair => pair.Key == "num_workers").Value == "1")
        {
            return new MachineList(command with { Values = values }, null);
        }

        Requirements.Mpi(environment);
        string file = Path.Combine(Path.GetTempPath(), $"hosts-{Environment.ProcessId}");
        File.WriteAllText(file, MpiLauncher.IsOpenMpi ? machines.OpenMpiHostFile : machines.MpichHostFile);
        values.Add(KeyValuePair.Create("hostfile", file));
        return new MachineList(command with { Values = values }, file);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is not null)
        {
            File.Delete(_file);
        }
    }
}
