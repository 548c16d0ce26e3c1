namespace Compression.Core.Contracts;

/// <summary>What random numbers are drawn for; each purpose has a stream of its own.</summary>
public enum RandomPurpose
{
    /// <summary>Initial weights.</summary>
    Initialization,

    /// <summary>Dropout masks.</summary>
    Dropout,

    /// <summary>Which entries a random sparsifier chooses.</summary>
    Selection,

    /// <summary>Stochastic rounding.</summary>
    Rounding,

    /// <summary>The first columns of low-rank approximations.</summary>
    Projection,

    /// <summary>The order of training examples.</summary>
    Order,

    /// <summary>Lengths of the segments that a text is cut into.</summary>
    Segments,

    /// <summary>Words of a generated text.</summary>
    Words,

    /// <summary>Candidates of a sampled softmax.</summary>
    Candidates,
}
