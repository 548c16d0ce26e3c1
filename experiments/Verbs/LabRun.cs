using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabRun"/> and <see cref="LabExec"/>.</summary>
public sealed record LabOptions
{
    /// <summary>Hosts.</summary>
    [Option("hosts", "hosts, with one rank each", Min = 1, Max = LabNetwork.MostHosts)]
    public int Hosts { get; init; } = 4;

    /// <summary>Their links.</summary>
    [Option("rate", "of each host's link, each way: from 10mbit to 10gbit; empty: as fast as the machine can")]
    public string Rate { get; init; } = "100mbit";

    /// <summary>Sets the hosts up.</summary>
    /// <exception cref="UserErrorException">No rate; or no root, or no namespaces here.</exception>
    internal Lab Open(CommandEnvironment environment) => new(Hosts, Rate.Length == 0 ? null : LinkRate.Read(Rate, "rate"), environment);
}

/// <summary>A command of this program among hosts that a slow network connects.</summary>
internal sealed class LabRun() : Verb<LabOptions>("lab", "run a command among hosts in network namespaces, one rank each, over links of a given rate; needs root")
{
    private static readonly string[] s_ours = ["--num_workers", "--hostfile", "--virtual_workers"];

    public override bool PassesOn => true;

    public override IReadOnlyList<string> Examples =>
        ["lab --hosts 4 --rate 100mbit -- --compressor topk --max_steps 100", "lab --hosts 2 --rate 1gbit -- bench exchanges"];

    protected override ExitCode Run(LabOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        if (command.PassedOn.Count == 0)
        {
            throw new UserErrorException(ExitCode.Usage, "lab: nothing to run; write what the hosts shall do behind --, as in ./run.sh lab --hosts 4 -- --compressor topk");
        }

        if (command.PassedOn.FirstOrDefault(word => s_ours.Contains(word.Split('=')[0])) is { } taken)
        {
            throw new UserErrorException(ExitCode.Usage, $"{taken}: the lab runs one rank a host; say how many with --hosts before the --.");
        }

        using var lab = options.Open(environment);
        string[] ranks = options.Hosts == 1 ? [] : ["--num_workers", options.Hosts.ToString(CultureInfo.InvariantCulture), "--hostfile", lab.HostFile];
        return (ExitCode)lab.Run([.. command.PassedOn, .. ranks]);
    }
}
