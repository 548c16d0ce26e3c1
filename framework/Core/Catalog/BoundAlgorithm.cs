using Compression.Core.Contracts;

namespace Compression.Core.Catalog;

/// <summary>An algorithm with its options checked, ready to be made.</summary>
/// <param name="Entry">The algorithm.</param>
/// <param name="Options">Its options record; null if it has none.</param>
public sealed record BoundAlgorithm(AlgorithmEntry Entry, object? Options)
{
    /// <summary>Text that binds the same again.</summary>
    public string Text => Entry.Describe(Options);

    /// <summary>What it promises and asks for with these options.</summary>
    public AlgorithmTraits Traits => Entry.Declared.Traits | ((Options as ITraitOptions)?.Traits ?? AlgorithmTraits.None);

    /// <summary>Whether it has all of these traits.</summary>
    public bool Has(AlgorithmTraits traits) => Traits.HasFlag(traits);

    /// <summary>Makes an instance.</summary>
    /// <param name="parts">What the constructor may ask for beside the options.</param>
    public object Create(params object?[] parts) => Entry.Create([Options, .. parts]);
}
