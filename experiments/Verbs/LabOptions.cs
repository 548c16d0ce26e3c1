using Compression.Core.Catalog;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabRun"/>.</summary>
public sealed record LabOptions
{
    /// <summary>Hosts.</summary>
    [Option("hosts", "hosts, with one rank each", Min = 1, Max = LabNetwork.MostHosts)]
    public int Hosts { get; init; } = 4;

    /// <summary>Their links.</summary>
    [Option("rate", "of each host's link, each way: from 10mbit to 10gbit; empty: as fast as the machine can")]
    public string Rate { get; init; } = "100mbit";
}
