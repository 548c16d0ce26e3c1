using Compression.Core.Gradients;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// Equal tiles of a parameter seen as a matrix: rows and columns of a matrix, one row of a vector; what has more dimensions is a matrix of its last one.
/// A side of a tile is the largest divisor of the matrix's that is no longer than the limit.
/// </summary>
/// <param name="Rows">Of the matrix.</param>
/// <param name="Columns">Of the matrix.</param>
/// <param name="Height">Of a tile.</param>
/// <param name="Width">Of a tile.</param>
public readonly record struct TileGrid(int Rows, int Columns, int Height, int Width)
{
    /// <summary>Entries of a tile.</summary>
    public int TileLength => Height * Width;

    /// <summary>Tiles have one entry, which is its own coefficient.</summary>
    public bool IsPlain => TileLength == 1;

    /// <summary>Tiles; row by row.</summary>
    public int Count => (Rows / Height) * (Columns / Width);

    /// <summary>The tiles of a parameter that has entries.</summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="longest">The limit of both sides.</param>
    public static TileGrid Of(ParameterSlot slot, int longest)
    {
        int columns = slot.Shape.Length == 0 ? 1 : (int)slot.Shape[^1], rows = slot.Length / columns;
        return new TileGrid(rows, columns, LargestDivisor(rows, longest), LargestDivisor(columns, longest));
    }

    /// <summary>Where a tile's first entry lies in the parameter.</summary>
    public int StartOf(int tile)
    {
        int across = Columns / Width;
        return ((tile / across) * Height * Columns) + (tile % across * Width);
    }

    /// <summary>Asks for a tile before it is needed: no processor foresees its short rows. Nothing happens behind the last.</summary>
    internal unsafe void Prefetch(float* matrix, int tile)
    {
        for (int row = 0; row < Height && tile < Count; row++)
        {
            float* start = matrix + StartOf(tile) + ((long)row * Columns);
            for (int line = 0; line < Width + RowOf64.Lanes; line += RowOf64.Lanes)
            {
                Core.Kernels.Prefetch.Line(start + Math.Min(line, Width - 1));
            }
        }
    }

    private static int LargestDivisor(int length, int longest)
    {
        int divisor = Math.Min(length, longest);
        while (length % divisor != 0)
        {
            divisor--;
        }

        return divisor;
    }
}
