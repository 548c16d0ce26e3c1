namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>Chunks of a parameter, and how many entries each sends. The last chunk may be shorter.</summary>
/// <param name="Length">Entries of the parameter, at least 1.</param>
/// <param name="Chunk">Entries of every chunk but the last.</param>
/// <param name="Chosen">Entries that every chunk but the last sends.</param>
/// <param name="ChosenLast">Entries that the last sends.</param>
internal readonly record struct ChunkGrid(int Length, int Chunk, int Chosen, int ChosenLast)
{
    // Some 8 KiB of code at least, before each of which 4 bytes stand.
    private const int CodedOfSegment = 16 * 1024;

    /// <summary>Chunks.</summary>
    public int Count => (int)(((long)Length + Chunk - 1) / Chunk);

    /// <summary>Entries sent, at most the parameter's length.</summary>
    public int Total => ((Count - 1) * Chosen) + ChosenLast;

    /// <summary>Chunks whose code threads write and read at once.</summary>
    public int ChunksOfSegment => Math.Max(1, CodedOfSegment / Math.Max(1, ChunkCode.CodedOf(Math.Min(Chunk, Length), Chosen)));

    /// <summary>Segments of the code.</summary>
    public int Segments => (Count + ChunksOfSegment - 1) / ChunksOfSegment;

    /// <summary>The grid of a selection: how many a chunk sends is seen from the first.</summary>
    /// <param name="indices">Ascending.</param>
    /// <param name="length">Entries of the parameter.</param>
    /// <param name="chunk">Entries of a chunk.</param>
    public static ChunkGrid Of(ReadOnlySpan<int> indices, int length, int chunk)
    {
        if (length <= chunk)
        {
            return new ChunkGrid(length, chunk, indices.Length, indices.Length);
        }

        int second = indices.BinarySearch(chunk), chosen = second < 0 ? ~second : second;
        var even = new ChunkGrid(length, chunk, chosen, chosen);
        return even with { ChosenLast = indices.Length - ((even.Count - 1) * chosen) };
    }

    /// <summary>A chunk's first entry.</summary>
    public int StartOf(int chunk) => chunk * Chunk;

    /// <summary>A chunk's entries.</summary>
    public int LengthOf(int chunk) => Math.Min(Chunk, Length - StartOf(chunk));

    /// <summary>Entries that a chunk sends.</summary>
    public int ChosenOf(int chunk) => chunk < Count - 1 ? Chosen : ChosenLast;
}
