using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of the checkpoint verbs.</summary>
public sealed record CheckpointOptions
{
    /// <summary>What is looked at.</summary>
    [Option("folder", "a run's folder, its checkpoints folder, or one checkpoint", IsPath = true)]
    public string Folder { get; init; } = "";
}
