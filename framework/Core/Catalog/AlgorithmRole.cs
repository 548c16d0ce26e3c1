namespace Compression.Core.Catalog;

/// <summary>The part that an algorithm plays in a pipeline.</summary>
public enum AlgorithmRole
{
    /// <summary>Chooses which entries are sent.</summary>
    Sparsifier,

    /// <summary>Writes values as bits.</summary>
    Quantizer,

    /// <summary>Keeps what was not sent.</summary>
    Memory,

    /// <summary>Turns n local gradients into one.</summary>
    Exchange,
}
