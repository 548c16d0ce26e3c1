using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.Data;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="DataPtb"/>.</summary>
public sealed record DataPtbOptions
{
    /// <summary>Where the files are at hand.</summary>
    [Option("from", "folder that holds the files; empty: they are downloaded", IsPath = true)]
    public string From { get; init; } = "";

    /// <summary>Where they go.</summary>
    [Option("to", "folder that they go to; empty: datasets/ptb of the repository", IsPath = true)]
    public string To { get; init; } = "";
}

/// <summary>Gets PTB.</summary>
internal sealed class DataPtb() : Verb<DataPtbOptions>("data ptb", "get the Penn Treebank in Mikolov's form, with checksums, from the network or from a folder")
{
    public override IReadOnlyList<string> Examples => ["data ptb", "data ptb --from ~/simple-examples/data"];

    protected override ExitCode Run(DataPtbOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        string to = environment.DatasetFolder(options.To, "ptb");
        if (PtbDataset.IsComplete(to))
        {
            environment.Screen.Output.WriteLine($"PTB is complete in {to}; nothing to do.");
            return ExitCode.Success;
        }

        return environment.UntilStopped(stop =>
        {
            if (options.From.Length > 0)
            {
                PtbDataset.ImportFromAsync(environment.FullPath(options.From), to, cancellation: stop).GetAwaiter().GetResult();
            }
            else
            {
                environment.Screen.Output.WriteLine($"Downloading from {PtbDataset.PublicSource}");
                using var client = new HttpClient();
                PtbDataset.DownloadAsync(to, client, cancellation: stop).GetAwaiter().GetResult();
            }

            environment.Screen.Output.WriteLine($"PTB is in {to}; every checksum is right.");
        });
    }
}
