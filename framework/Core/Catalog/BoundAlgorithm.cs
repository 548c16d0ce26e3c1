namespace Compression.Core.Catalog;

/// <summary>An algorithm with its options checked, ready to be made.</summary>
/// <param name="Entry">The algorithm.</param>
/// <param name="Options">Its options record; null if it has none.</param>
internal sealed record BoundAlgorithm(AlgorithmEntry Entry, object? Options)
{
    /// <summary>Text that binds the same again.</summary>
    public string Text => Entry.Describe(Options);

    /// <summary>Makes an instance.</summary>
    /// <param name="parts">What the constructor may ask for beside the options.</param>
    public object Create(params object?[] parts) => Entry.Create([Options, .. parts]);
}
