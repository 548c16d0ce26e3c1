using System.Collections.Immutable;

namespace Compression.Core.Gradients;

/// <summary>One parameter's place in the flat gradient buffer. State of compressors and memories is keyed by <see cref="Index"/>.</summary>
/// <param name="Index">Position in the layout, from 0.</param>
/// <param name="Name">PyTorch's name of the parameter, for example <c>rnn.weight_ih_l0</c>.</param>
/// <param name="Shape">Sizes of its dimensions, row-major.</param>
/// <param name="Offset">First element in the flat buffer.</param>
/// <param name="Kind">Dense or row-sparse.</param>
public sealed record ParameterSlot(int Index, string Name, ImmutableArray<long> Shape, int Offset, ParameterKind Kind = ParameterKind.Dense)
{
    /// <summary>Keys the slot's random numbers: its name alone, so that a slot draws the same in whatever bucket it travels.</summary>
    public int Key { get; } = (int)Payloads.Checksum.Crc32C(Name);

    /// <summary>The parameter that this is a piece of; null for a parameter itself.</summary>
    public ParameterSlot? Whole { get; init; }

    /// <summary>The parameter itself: rules by name and size go by it, also for its pieces.</summary>
    public ParameterSlot Origin => Whole ?? this;

    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public int Length { get; } = checked((int)Shape.Aggregate(1L, (product, size) => product * size));
}
