namespace Compression.Experiments.Tests;

/// <summary>
/// Tests whose work is done by processes of the program. They run one after another, beside those that train in this process: two cores
/// are enough for both.
/// </summary>
[CollectionDefinition(Name)]
public sealed class Processes
{
    /// <summary>Of the collection.</summary>
    public const string Name = "processes";
}
