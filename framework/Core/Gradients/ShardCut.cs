namespace Compression.Core.Gradients;

/// <summary>Cuts a flat buffer into one range a worker, in order of rank and nearly equal; where there are too few elements, some are empty.</summary>
/// <param name="Length">Elements of the buffer.</param>
/// <param name="Count">Ranges.</param>
public readonly record struct ShardCut(int Length, int Count)
{
    // Ranges begin where whole bytes of packed bits do, and whole cache lines of floats.
    private const int Alignment = 64;

    /// <summary>First element of a range; of range <see cref="Count"/>, the end of the buffer.</summary>
    public int Start(int shard) => shard == Count ? Length : (int)((long)Length * shard / Count / Alignment * Alignment);

    /// <summary>Elements of a range.</summary>
    public int LengthOf(int shard) => Start(shard + 1) - Start(shard);
}
