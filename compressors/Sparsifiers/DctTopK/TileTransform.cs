using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// The orthonormal DCT-II of all tiles of a matrix in both directions, C = B_h X B_wᵀ, and its inverse X = B_hᵀ C B_w. Coefficients lie tile by tile,
/// each tile's row by row. Sums run in a fixed order, whatever the width of vectors.
/// </summary>
public sealed unsafe class TileTransform
{
    // Tiles whose transform is a part of a kernel's work.
    private const int TilesOfPart = 8;

    private const int Stride = CosineBasis.Stride, TileRoom = Stride * Stride;

    private readonly CosineBasis?[] _bases = new CosineBasis?[Stride + 1];

    /// <summary>Transforms.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="grid">The tiles; no side is longer than 64.</param>
    /// <param name="values">The matrix.</param>
    /// <param name="coefficients">Takes as many coefficients.</param>
    public void Forward(ThreadTeam team, TileGrid grid, ReadOnlySpan<float> values, Span<float> coefficients)
    {
        if (grid.TileLength == 1)
        {
            // Of one entry, the transform is the entry.
            values.CopyTo(coefficients);
            return;
        }

        fixed (float* x = values, c = coefficients, rows = BasisOf(grid.Height).Forward, columns = BasisOf(grid.Width).Inverse)
        {
            var job = new ForwardJob(grid, x, c, rows, columns);
            team.Run(ref job, (grid.Count + TilesOfPart - 1) / TilesOfPart);
        }
    }

    /// <summary><c>destination += scale · inverse of the coefficients</c>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="coefficients">Of the matrix.</param>
    /// <param name="destination">The matrix.</param>
    /// <param name="scale">Factor.</param>
    public void AddInverse(ThreadTeam team, TileGrid grid, ReadOnlySpan<float> coefficients, Span<float> destination, float scale)
    {
        if (grid.TileLength == 1)
        {
            AddScaled.Invoke(team, destination, 1, coefficients, scale);
            return;
        }

        fixed (float* c = coefficients, x = destination, rows = BasisOf(grid.Height).Inverse, columns = BasisOf(grid.Width).Forward)
        {
            var job = new InverseJob(grid, c, x, rows, columns, scale);
            team.Run(ref job, (grid.Count + TilesOfPart - 1) / TilesOfPart);
        }
    }

    private CosineBasis BasisOf(int length) => _bases[length] ??= new CosineBasis(length);

    // result = left · tile · right, of a tile at some stride; left [h, 64] and right [w, 64] are tables. The result has a stride of 64.
    [SkipLocalsInit]
    private static void Multiply(float* left, float* tile, int stride, int height, int width, float* right, float* result)
    {
        float* half = stackalloc float[TileRoom];
        for (int row = 0; row < height; row++)
        {
            Combine(tile + ((long)row * stride), width, right, half + (row * Stride));
        }

        for (int row = 0; row < height; row++)
        {
            Combine(left + (row * Stride), height, half, result + (row * Stride));
        }
    }

    // A row of 64: the sum of a table's rows, each times its factor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(float* factors, int count, float* table, float* row)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (int i = 0; i < count; i++, table += Stride)
        {
            var factor = Vector512.Create(factors[i]);
            a += factor * Vector512.Load(table);
            b += factor * Vector512.Load(table + 16);
            c += factor * Vector512.Load(table + 32);
            d += factor * Vector512.Load(table + 48);
        }

        a.Store(row);
        b.Store(row + 16);
        c.Store(row + 32);
        d.Store(row + 48);
    }

    private readonly struct ForwardJob(TileGrid grid, float* values, float* coefficients, float* rows, float* columns) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            float* result = stackalloc float[TileRoom];
            int end = Math.Min(grid.Count, (part + 1) * TilesOfPart);
            for (int tile = part * TilesOfPart; tile < end; tile++)
            {
                Multiply(rows, values + grid.StartOf(tile), grid.Columns, grid.Height, grid.Width, columns, result);
                float* to = coefficients + ((long)tile * grid.TileLength);
                for (int row = 0; row < grid.Height; row++)
                {
                    new ReadOnlySpan<float>(result + (row * Stride), grid.Width).CopyTo(new Span<float>(to + (row * grid.Width), grid.Width));
                }
            }
        }
    }

    private readonly struct InverseJob(TileGrid grid, float* coefficients, float* destination, float* rows, float* columns, float scale) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            float* result = stackalloc float[TileRoom];
            int end = Math.Min(grid.Count, (part + 1) * TilesOfPart);
            for (int tile = part * TilesOfPart; tile < end; tile++)
            {
                Multiply(rows, coefficients + ((long)tile * grid.TileLength), grid.Width, grid.Height, grid.Width, columns, result);
                float* to = destination + grid.StartOf(tile);
                for (int row = 0; row < grid.Height; row++, to += grid.Columns)
                {
                    for (int column = 0; column < grid.Width; column++)
                    {
                        to[column] += scale * result[(row * Stride) + column];
                    }
                }
            }
        }
    }
}
