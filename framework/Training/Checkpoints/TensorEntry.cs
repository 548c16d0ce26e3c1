using System.Collections.Immutable;

namespace Compression.Training.Checkpoints;

/// <summary>Element types, named as safetensors files name them.</summary>
public enum TensorType
{
    /// <summary>float, 4 bytes.</summary>
    F32,

    /// <summary>double, 8 bytes.</summary>
    F64,

    /// <summary>int, 4 bytes.</summary>
    I32,

    /// <summary>long, 8 bytes.</summary>
    I64,
}

/// <summary>Name, type and shape of a tensor in a file.</summary>
/// <param name="Name">Unique in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, row-major; empty for a scalar.</param>
public sealed record TensorEntry(string Name, TensorType Type, ImmutableArray<long> Shape)
{
    /// <summary>Elements that are read or written at once: as bytes, a whole tensor may be more than a span can hold.</summary>
    internal const int MaxPiece = 1 << 26;

    /// <summary>Number of elements.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Bytes of the data.</summary>
    public long ByteLength => checked(Length * ElementSize(Type));

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(TensorType type) => type is TensorType.F32 or TensorType.I32 ? sizeof(float) : sizeof(long);

    /// <summary>The type of C#'s float, double, int and long.</summary>
    public static TensorType TypeOf<T>() =>
        typeof(T) == typeof(float) ? TensorType.F32
        : typeof(T) == typeof(double) ? TensorType.F64
        : typeof(T) == typeof(int) ? TensorType.I32
        : typeof(T) == typeof(long) ? TensorType.I64
        : throw new NotSupportedException($"{typeof(T)} is no type of a tensor in a file.");
}
