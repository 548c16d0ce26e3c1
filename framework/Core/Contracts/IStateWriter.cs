namespace Compression.Core.Contracts;

/// <summary>Takes named arrays of state for a checkpoint.</summary>
public interface IStateWriter
{
    /// <summary>Stores a copy of <paramref name="values"/>.</summary>
    /// <param name="name">Unique within the checkpoint of one rank, for example <c>residual/decoder.weight</c>.</param>
    /// <param name="values">Any length, of <see langword="float"/>, <see langword="double"/>, <see langword="int"/> or <see langword="long"/>; bits are kept as they are.</param>
    void Write<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged;
}
