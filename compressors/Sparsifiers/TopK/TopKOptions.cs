using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Compressors.Sparsifiers.TopK;

/// <summary>Among which entries the largest are chosen.</summary>
public enum TopKScope
{
    /// <summary>k in each parameter.</summary>
    Slot,

    /// <summary>k in all parameters together.</summary>
    Global,
}

/// <summary>Options of <see cref="TopKSparsifier"/>.</summary>
public sealed record TopKOptions : RatioOptions, ITraitOptions
{
    /// <summary>In each parameter, or in all together.</summary>
    [Option("scope", "choose the largest in each parameter, or in all together", Flag = "topk_scope")]
    public TopKScope Scope { get; init; } = TopKScope.Slot;

    public AlgorithmTraits Traits => Scope == TopKScope.Global ? AlgorithmTraits.NeedsWholeBucket : AlgorithmTraits.None;
}
