using System.Runtime.Intrinsics;

namespace Compression.Torch.Kernels;

/// <summary>The register tiles of the widest vectors that this processor has.</summary>
internal static class MatrixTiles
{
    private static readonly bool s_wide = Vector512.IsHardwareAccelerated;

    /// <summary>Columns of a packed panel.</summary>
    internal static int Panel => s_wide ? Tile<Lanes512, Vector512<float>>.Panel : Tile<Lanes256, Vector256<float>>.Panel;

    /// <summary>Most rows of a tile.</summary>
    internal static int MostRows => s_wide ? Lanes512.MostRows : Lanes256.MostRows;

    /// <summary>Computes a tile.</summary>
    internal static void Run(in TileTask task)
    {
        if (s_wide)
        {
            Tile<Lanes512, Vector512<float>>.Run(task);
        }
        else
        {
            Tile<Lanes256, Vector256<float>>.Run(task);
        }
    }

    /// <summary>Panels of a matrix with so many columns.</summary>
    internal static int Panels(int columns) => (columns + Panel - 1) / Panel;

    /// <summary>Blocks of rows, each at most a tile's and as equal as can be.</summary>
    internal static int Blocks(int rows) => (rows + MostRows - 1) / MostRows;

    /// <summary>The first row of a block.</summary>
    internal static int BlockStart(int rows, int blocks, int block) => (int)((long)rows * block / blocks);
}
