namespace Compression.Torch.Kernels;

/// <summary>
/// One register tile of a product: <c>C = [C +] alpha · A·B [+ bias]</c>, and ReLU where asked. B is a packed panel; A is read through
/// two strides.
/// </summary>
internal unsafe struct TileTask
{
    /// <summary>The tile's first row of A.</summary>
    internal float* A;

    /// <summary>Elements from a row of A to the next, and from one depth to the next.</summary>
    internal nint ARow, ADepth;

    /// <summary>The panel: <see cref="Depth"/> rows of <see cref="MatrixTiles.Panel"/> columns.</summary>
    internal float* B;

    /// <summary>Terms of each sum.</summary>
    internal nint Depth;

    /// <summary>Rows, at most <see cref="MatrixTiles.MostRows"/>, and columns, at most a panel.</summary>
    internal int Rows, Columns;

    /// <summary>Where the tile begins in C, whose rows are <see cref="CRow"/> elements apart.</summary>
    internal float* C;

    internal nint CRow;

    /// <summary>Factor of the sums.</summary>
    internal float Alpha;

    /// <summary>Whether C is added to.</summary>
    internal bool Accumulate;

    /// <summary>Whether negative results become 0.</summary>
    internal bool Relu;

    /// <summary>Added to each row, from the tile's first column on; null for none.</summary>
    internal float* Bias;
}
