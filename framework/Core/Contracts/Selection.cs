namespace Compression.Core.Contracts;

/// <summary>The entries that a sparsifier chose.</summary>
public readonly ref struct Selection
{
    /// <param name="indices">Strictly ascending positions within the slot; ignored where all are kept.</param>
    /// <param name="values">The value of each.</param>
    public Selection(ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        Indices = indices;
        Values = values;
        Magnitude = float.NaN;
    }

    /// <summary>Positions.</summary>
    public ReadOnlySpan<int> Indices { get; }

    /// <summary>What is to be sent for each.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>The one magnitude by which the sparsifier's paper replaces all of them (AdaComp); NaN where it has none.</summary>
    public float Magnitude { get; init; }
}
