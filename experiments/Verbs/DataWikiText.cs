using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="DataWikiText"/>.</summary>
public sealed record DataWikiTextOptions
{
    /// <summary>Which one.</summary>
    [Option("size", "WikiText-2, of 2 million words, or WikiText-103", Choices = "2|103")]
    public string Size { get; init; } = "2";

    /// <summary>Where the files are at hand.</summary>
    [Option("from", "folder that holds wiki.train.tokens, wiki.valid.tokens and wiki.test.tokens; empty: they are downloaded", IsPath = true)]
    public string From { get; init; } = "";

    /// <summary>Where they go.</summary>
    [Option("to", "folder that they go to; empty: datasets/wikitext-2 or wikitext-103 of the repository", IsPath = true)]
    public string To { get; init; } = "";
}

/// <summary>Gets WikiText.</summary>
internal sealed class DataWikiText() : Verb<DataWikiTextOptions>("data wikitext", "get WikiText-2 or WikiText-103, checked, from the network or from a folder")
{
    public override IReadOnlyList<string> Examples => ["data wikitext", "data wikitext --size 103 --from ~/wikitext-103"];

    protected override ExitCode Run(DataWikiTextOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        var dataset = options.Size == "2" ? WikiTextDataset.Small : WikiTextDataset.Large;
        string to = environment.DatasetFolder(options.To, dataset.Folder);
        return environment.UntilStopped(stop =>
        {
            if (options.From.Length > 0)
            {
                dataset.ImportFrom(environment.FullPath(options.From), to);
            }
            else
            {
                environment.Screen.Output.WriteLine($"Downloading {dataset.PublicSource}");
                using var client = new HttpClient();
                dataset.DownloadAsync(to, client, stop).GetAwaiter().GetResult();
            }

            environment.Screen.Output.WriteLine($"{dataset.Folder} is in {to}; every check was passed.");
        });
    }
}
