using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// The right factor of a recurrence, packed once for the small products of all time steps: depth × columns. What it is multiplied by has few
/// rows, so tiles of its result are what the threads share.
/// </summary>
internal readonly unsafe struct StepFactor(float* packed, int depth, int columns)
{
    /// <summary>Columns of the result.</summary>
    internal int Columns { get; } = columns;

    /// <summary>Packs a matrix into memory of <see cref="PackedPanels.Size"/> floats.</summary>
    internal static StepFactor Pack(ThreadTeam team, MatrixView matrix, int depth, int columns, float* packed)
    {
        PackedPanels.Pack(team, matrix, depth, columns, packed);
        return new StepFactor(packed, depth, columns);
    }

    /// <summary>One tile of <c>c = [c +] a · factor</c>.</summary>
    /// <param name="a">[rows, depth].</param>
    /// <param name="tile">Its place in the result.</param>
    /// <param name="c">[rows, …] from the factor's first column on.</param>
    /// <param name="cRow">Elements from a row of c to the next.</param>
    /// <param name="accumulate">Whether c is added to.</param>
    internal void Multiply(float* a, in LstmCell.Block tile, float* c, nint cRow, bool accumulate) => MatrixTiles.Run(new TileTask
    {
        A = a + (tile.FirstRow * (nint)depth),
        ARow = depth,
        ADepth = 1,
        B = packed + ((nint)tile.FirstColumn * depth),
        Depth = depth,
        Rows = tile.LastRow - tile.FirstRow,
        Columns = tile.LastColumn - tile.FirstColumn,
        C = c + (tile.FirstRow * cRow) + tile.FirstColumn,
        CRow = cRow,
        Alpha = 1,
        Accumulate = accumulate,
    });
}
