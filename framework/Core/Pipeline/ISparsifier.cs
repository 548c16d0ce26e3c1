using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Core.Pipeline;

/// <summary>Chooses which entries of a slot are sent. An instance belongs to one worker.</summary>
public interface ISparsifier
{
    /// <summary>The expectation of what is chosen (zero elsewhere) is the gradient.</summary>
    bool IsUnbiased { get; }

    /// <summary>All entries are sent, and no index.</summary>
    bool KeepsAll => false;

    /// <summary>Chooses.</summary>
    /// <returns>Indices and values, valid until the next call.</returns>
    Selection Select(in GradientView gradient);

    /// <summary>Writes which entries were chosen, with their count.</summary>
    void WriteIndices(ReadOnlySpan<int> indices, ParameterSlot slot, PayloadWriter writer) =>
        IndexCoding.Write(indices, slot.Length, writer);

    /// <summary>Reads what <see cref="WriteIndices"/> wrote.</summary>
    /// <returns>Ascending indices below the slot's length, in <paramref name="scratch"/>.</returns>
    ReadOnlySpan<int> ReadIndices(ref PayloadReader reader, ParameterSlot slot, Scratch<int> scratch)
    {
        var indices = scratch.Take(IndexCoding.ReadCount(ref reader, slot.Length));
        IndexCoding.Read(ref reader, slot.Length, indices);
        return indices;
    }
}
