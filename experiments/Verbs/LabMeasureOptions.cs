using Compression.Benchmarks;
using Compression.Core.Catalog;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Verbs;

/// <summary>What the lab's measurements have in common.</summary>
public record LabMeasureOptions
{
    /// <summary>Hosts.</summary>
    [Option("hosts", "hosts, with one rank each", Min = 2, Max = LabNetwork.MostHosts)]
    public int Hosts { get; init; } = 4;

    /// <summary>Their links.</summary>
    [Option("rates", "of each host's link, each way, parted by commas: from 10mbit to 10gbit")]
    public string Rates { get; init; } = "100mbit,1gbit";

    /// <summary>Which methods.</summary>
    [Option("methods", "what is compared, parted by semicolons; 'via' names the exchange")]
    public string Methods { get; init; } = StepBenchmarkOptions.UsualMethods;

    /// <summary>Where the figures go.</summary>
    [Option("out", "folder for the table as CSV and the picture; empty: neither", IsPath = true)]
    public string Out { get; init; } = "";
}
