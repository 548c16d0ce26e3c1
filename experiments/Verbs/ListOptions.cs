using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of the list verbs.</summary>
public sealed record ListOptions
{
    /// <summary>For programs.</summary>
    [Option("json", "print JSON for other programs")]
    public bool Json { get; init; }
}
