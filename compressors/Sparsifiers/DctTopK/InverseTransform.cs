using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// The inverse of <see cref="TileTransform"/>, X = B_hᵀ C B_w, of those coefficients that are given, all others being 0: only rows of C with a coefficient
/// are transformed, and rows i and h − 1 − i of X are sum and difference of what rows of even and of odd number give.
/// </summary>
internal static unsafe class InverseTransform
{
    private const int Stride = RowOf64.Length, Lanes = RowOf64.Lanes;

    // Entries whose transform is a part of a kernel's work.
    private const int PartLength = 32 * 1024;

    /// <summary><c>destination = inverse of the coefficients</c>, or <c>destination += scale · inverse</c>.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="ofHeight">B_h.</param>
    /// <param name="ofWidth">B_w.</param>
    /// <param name="positions">Those that are not 0, ascending, tile by tile and row by row.</param>
    /// <param name="coefficients">As many.</param>
    /// <param name="destination">The matrix.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="adds">Adds to what is there.</param>
    public static void Invoke(
        ThreadTeam team, TileGrid grid, CosineBasis ofHeight, CosineBasis ofWidth,
        ReadOnlySpan<int> positions, ReadOnlySpan<float> coefficients, Span<float> destination, float scale, bool adds)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(coefficients.Length, positions.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, grid.Rows * grid.Columns);
        int tilesOfPart = PartLength / grid.TileLength;
        fixed (int* at = positions)
        fixed (float* values = coefficients, to = destination)
        {
            var job = new Job(grid, ofHeight, ofWidth, at, values, positions.Length, to, scale, adds, tilesOfPart);
            team.Run(ref job, (grid.Count + tilesOfPart - 1) / tilesOfPart);
        }
    }

    private readonly struct Job(
        TileGrid grid, CosineBasis ofHeight, CosineBasis ofWidth,
        int* positions, float* coefficients, int count, float* destination, float scale, bool adds, int tilesOfPart) : IKernelJob
    {
        [SkipLocalsInit]
        public void Execute(int part)
        {
            float* room = stackalloc float[((Stride + 4) * Stride) + RowOf64.Lanes];
            float* rows = RowOf64.Align(room), result = rows + (Stride * Stride);
            float** factors = stackalloc float*[Stride];
            int first = part * tilesOfPart, end = Math.Min(grid.Count, first + tilesOfPart);
            int next = FirstFrom(first * grid.TileLength);
            for (int tile = first; tile < end; tile++)
            {
                grid.Prefetch(destination, tile + 1);

                // Rows of even number from the first on, those of odd number from the middle on.
                var (even, odd) = TransformRows(tile * grid.TileLength, ref next, rows, factors);
                if (even + odd > 0 || !adds)
                {
                    TransformColumns(rows, factors, even, odd, result, destination + grid.StartOf(tile));
                }
            }
        }

        private int FirstFrom(int position)
        {
            int index = new ReadOnlySpan<int>(positions, count).BinarySearch(position);
            return index < 0 ? ~index : index;
        }

        // Of every row of the tile that has coefficients their sum of rows of B_w, and the row of B_h that goes with it.
        private (int Even, int Odd) TransformRows(int start, ref int next, float* rows, float** factors)
        {
            var (even, odd) = (0, 0);
            while (next < count && (uint)(positions[next] - start) < (uint)grid.TileLength)
            {
                int row = (positions[next] - start) / grid.Width, startOfRow = start + (row * grid.Width);
                int slot = row % 2 == 0 ? even++ : (Stride / 2) + odd++;
                factors[slot] = ofHeight.Rows + (row * Stride);
                var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                for (; next < count && (uint)(positions[next] - startOfRow) < (uint)grid.Width; next++)
                {
                    var f = Vector512.Create(scale * coefficients[next]);
                    float* basis = ofWidth.Rows + ((positions[next] - startOfRow) * Stride);
                    a = Vector512.FusedMultiplyAdd(f, Vector512.Load(basis), a);
                    b = Vector512.FusedMultiplyAdd(f, Vector512.Load(basis + Lanes), b);
                    c = Vector512.FusedMultiplyAdd(f, Vector512.Load(basis + (2 * Lanes)), c);
                    d = Vector512.FusedMultiplyAdd(f, Vector512.Load(basis + (3 * Lanes)), d);
                }

                RowOf64.Store(a, b, c, d, rows + (slot * Stride));
            }

            return (even, odd);
        }

        private void TransformColumns(float* rows, float** factors, int even, int odd, float* result, float* tile)
        {
            for (int i = 0; i < ofHeight.Pairs; i += 2)
            {
                // Rows i and i + 1, and their partners.
                var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                var (e, f, g, h) = (a, b, c, d);
                AddRows(rows, factors, even, i, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                var (p, q, r, s) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
                var (t, u, v, w) = (p, q, r, s);
                AddRows(rows + (Stride * Stride / 2), factors + (Stride / 2), odd, i, ref p, ref q, ref r, ref s, ref t, ref u, ref v, ref w);
                RowOf64.Store(a + p, b + q, c + r, d + s, result);
                RowOf64.Store(a - p, b - q, c - r, d - s, result + Stride);
                RowOf64.Store(e + t, f + u, g + v, h + w, result + (2 * Stride));
                RowOf64.Store(e - t, f - u, g - v, h - w, result + (3 * Stride));
                WriteRow(result, tile, i);
                WriteRow(result + Stride, tile, grid.Height - 1 - i, unless: i);
                if (i + 1 < ofHeight.Pairs)
                {
                    WriteRow(result + (2 * Stride), tile, i + 1);
                    WriteRow(result + (3 * Stride), tile, grid.Height - 2 - i, unless: i + 1);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddRows(
            float* rows, float** factors, int count, int i,
            ref Vector512<float> a, ref Vector512<float> b, ref Vector512<float> c, ref Vector512<float> d,
            ref Vector512<float> e, ref Vector512<float> f, ref Vector512<float> g, ref Vector512<float> h)
        {
            for (int row = 0; row < count; row++, rows += Stride)
            {
                Vector512<float> x = Vector512.Load(rows), y = Vector512.Load(rows + Lanes), z = Vector512.Load(rows + (2 * Lanes)), o = Vector512.Load(rows + (3 * Lanes));
                Vector512<float> first = Vector512.Create(factors[row][i]), second = Vector512.Create(factors[row][i + 1]);
                a = Vector512.FusedMultiplyAdd(first, x, a);
                b = Vector512.FusedMultiplyAdd(first, y, b);
                c = Vector512.FusedMultiplyAdd(first, z, c);
                d = Vector512.FusedMultiplyAdd(first, o, d);
                e = Vector512.FusedMultiplyAdd(second, x, e);
                f = Vector512.FusedMultiplyAdd(second, y, f);
                g = Vector512.FusedMultiplyAdd(second, z, g);
                h = Vector512.FusedMultiplyAdd(second, o, h);
            }
        }

        // A row in the middle is its own partner.
        private void WriteRow(float* from, float* tile, int row, int unless = -1)
        {
            if (row == unless)
            {
                return;
            }

            float* to = tile + ((long)row * grid.Columns);
            int j = 0;
            for (; j <= grid.Width - Lanes; j += Lanes)
            {
                var lanes = Vector512.Load(from + j);
                (adds ? Vector512.Load(to + j) + lanes : lanes).Store(to + j);
            }

            for (; j < grid.Width; j++)
            {
                to[j] = adds ? to[j] + from[j] : from[j];
            }
        }
    }
}
