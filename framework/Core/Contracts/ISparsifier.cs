using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>Chooses which entries of a slot are sent. An instance belongs to one worker.</summary>
public interface ISparsifier : ICheckpointable
{
    /// <summary>See <see cref="ICompressor.CompletesSum"/>.</summary>
    bool CompletesSum => false;

    /// <summary>Bits that the method's paper counts for an index.</summary>
    double NominalIndexBits => 32;

    /// <summary>See <see cref="ICompressor.BeginStep"/>.</summary>
    void BeginStep(ReadOnlySpan<ParameterSlot> slots, ReadOnlySpan<float> compensated, StepContext step)
    {
    }

    /// <summary>Chooses.</summary>
    /// <returns>Indices and values, valid until the next call.</returns>
    Selection Select(in GradientView gradient);

    /// <summary>Writes which entries were chosen, with their count.</summary>
    void WriteIndices(ReadOnlySpan<int> indices, ParameterSlot slot, PayloadWriter writer, ThreadTeam team) =>
        IndexCoding.Write(indices, slot.Length, writer, team, NominalIndexBits);

    /// <summary>
    /// Adds what was sent to a gradient: values at their positions, or the transform back where coefficients were chosen, unless the sum takes those.
    /// </summary>
    /// <param name="destination">The gradient.</param>
    /// <param name="indices">As <see cref="ReadIndices"/> gave them.</param>
    /// <param name="values">As many, decoded.</param>
    /// <param name="team">Threads.</param>
    void AddTo(GradientAccumulator destination, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, ThreadTeam team) =>
        destination.AddAt(indices, values, team);

    /// <summary>See <see cref="ICompressor.TransformBack"/>.</summary>
    void TransformBack(ParameterSlot slot, Span<float> sum, ThreadTeam team)
    {
    }

    /// <summary>Reads what <see cref="WriteIndices"/> wrote.</summary>
    /// <param name="reader">The payload.</param>
    /// <param name="slot">The parameter.</param>
    /// <param name="step">The step in which it was written; its rank is the reader's.</param>
    /// <param name="scratch">Room.</param>
    /// <param name="team">Threads.</param>
    /// <returns>Ascending indices below the slot's length, in <paramref name="scratch"/>.</returns>
    ReadOnlySpan<int> ReadIndices(ref PayloadReader reader, ParameterSlot slot, StepContext step, Scratch<int> scratch, ThreadTeam team)
    {
        var indices = scratch.Take(IndexCoding.ReadCount(ref reader, slot.Length));
        IndexCoding.Read(ref reader, slot.Length, indices, team);
        return indices;
    }
}
