namespace Compression.Torch.Kernels;

/// <summary>The tiles of a step's result [rows, columns], dealt out to the parts of a job: panel after panel, in each its blocks of rows.</summary>
internal readonly struct StepTiles(int rows, int columns)
{
    private readonly int _blocks = MatrixTiles.Blocks(rows);

    /// <summary>Tiles in all.</summary>
    internal int Count => _blocks * MatrixTiles.Panels(columns);

    /// <summary>The first tile of a part.</summary>
    internal int First(int part, int parts) => (int)((long)Count * part / parts);

    /// <summary>Where a tile lies.</summary>
    internal LstmCell.Block this[int tile]
    {
        get
        {
            int block = tile % _blocks, column = tile / _blocks * MatrixTiles.Panel;
            return new LstmCell.Block(
                MatrixTiles.BlockStart(rows, _blocks, block),
                MatrixTiles.BlockStart(rows, _blocks, block + 1),
                column,
                Math.Min(columns, column + MatrixTiles.Panel));
        }
    }
}
