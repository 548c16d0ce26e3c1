using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <c>wandb sync</c>.</summary>
public sealed record WandbSyncOptions
{
    /// <summary>What is uploaded.</summary>
    [Option("folder", "a run's folder, a folder of runs, or one .wandb file", IsPath = true)]
    public string Folder { get; init; } = "";
}
