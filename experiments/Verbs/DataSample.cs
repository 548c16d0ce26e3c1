using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.Data;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="DataSample"/>.</summary>
public sealed record DataSampleOptions
{
    /// <summary>Where the files go.</summary>
    [Option("to", "folder that they go to; empty: datasets/sample of the repository", IsPath = true)]
    public string To { get; init; } = "";
}

/// <summary>Writes the sample corpus as files.</summary>
internal sealed class DataSample() : Verb<DataSampleOptions>(
    "data sample", "write the sample corpus as files, and print the best perplexity that can be reached on it")
{
    protected override ExitCode Run(DataSampleOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        string to = environment.DatasetFolder(options.To, "sample");
        SampleCorpus.WriteTo(to);
        environment.Screen.Output.WriteLine(SampleCorpus.Load().Description);
        environment.Screen.Output.WriteLine($"Its files are in {to}.");
        return ExitCode.Success;
    }
}
