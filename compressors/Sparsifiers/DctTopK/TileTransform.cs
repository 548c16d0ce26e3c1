using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// The orthonormal DCT-II of a tile in both directions, C = B_h X B_wᵀ, with half the products (<see cref="CosineBasis"/>): first of all columns at once,
/// then of rows. Each sum runs in a fixed order of fused multiply-adds, whatever the width of vectors.
/// </summary>
/// <param name="grid">The tiles.</param>
/// <param name="ofHeight">B_h.</param>
/// <param name="ofWidth">B_w.</param>
internal readonly unsafe struct TileTransform(TileGrid grid, CosineBasis ofHeight, CosineBasis ofWidth)
{
    /// <summary>Floats that a transform works in.</summary>
    public const int Room = (2 * Stride * Stride) + (RowsAtOnce * Stride) + RowOf64.Lanes;

    private const int Stride = RowOf64.Length, HalfStride = CosineBasis.HalfStride, Lanes = RowOf64.Lanes, RowsAtOnce = 4;

    /// <summary>Clears what the transforms in a room take for zeros; once before the first.</summary>
    /// <param name="room">Of <see cref="Room"/> floats.</param>
    public static void Prepare(float* room) => new Span<float>(room, Room).Clear();

    /// <summary>Transforms a tile.</summary>
    /// <param name="values">The matrix.</param>
    /// <param name="tile">The tile's number.</param>
    /// <param name="room">Prepared room.</param>
    /// <returns>Its coefficients in the room, row by row, until the next transform.</returns>
    public float* Forward(float* values, int tile, float* room)
    {
        // Of pairs of rows the sums, and from row 32 on the differences.
        float* pairs = RowOf64.Align(room), sums = pairs + (Stride * Stride), half = sums + (RowsAtOnce * Stride);
        PairRows(values + grid.StartOf(tile), pairs);
        grid.Prefetch(values, tile + 1);
        Combine(ofHeight.OfPairs, Stride, 0, pairs, ofHeight.Pairs, half, 2 * Stride, (grid.Height + 1) / 2);
        Combine(ofHeight.OfPairs + HalfStride, Stride, 0, pairs + (HalfStride * Stride), ofHeight.Pairs, half + Stride, 2 * Stride, grid.Height / 2);
        for (int row = 0; row < grid.Height; row++)
        {
            PairColumns(half + (row * Stride));
        }

        // Rows of coefficients, as they are shorter, never reach a row that is still to be read.
        for (int row = 0; row < grid.Height; row += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, grid.Height - row);
            Combine(half + (row * Stride), Stride, HalfStride, ofWidth.PairsToRows, ofWidth.Pairs, sums, Stride, count);
            for (int i = 0; i < count; i++)
            {
                Interleave(sums + (i * Stride), half + ((row + i) * grid.Width));
            }
        }

        return half;
    }

    private void PairRows(float* tile, float* pairs)
    {
        for (int i = 0; i < ofHeight.Pairs; i++, pairs += Stride)
        {
            float* upper = tile + ((long)i * grid.Columns), lower = tile + ((long)(grid.Height - 1 - i) * grid.Columns);
            int j = 0;
            for (; j <= grid.Width - Lanes; j += Lanes)
            {
                PairLanes(upper + j, lower + j, pairs + j);
            }

            if (j < grid.Width && j > 0)
            {
                // The last lanes, some of them once more.
                j = grid.Width - Lanes;
                PairLanes(upper + j, lower + j, pairs + j);
                j = grid.Width;
            }

            for (; j < grid.Width; j++)
            {
                (pairs[j], pairs[(HalfStride * Stride) + j]) = (upper[j] + lower[j], upper[j] - lower[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PairLanes(float* upper, float* lower, float* pairs)
    {
        Vector512<float> x = Vector512.Load(upper), y = Vector512.Load(lower);
        (x + y).Store(pairs);
        (x - y).Store(pairs + (HalfStride * Stride));
    }

    // Of a row the sums, and from 32 on the differences. Partners of what lies beyond the middle are not asked for, whatever is read.
    private void PairColumns(float* row)
    {
        Vector512<float> x = Vector512.Load(row), y = Reverse(row + grid.Width - Lanes);
        Vector512<float> z = Vector512.Load(row + Lanes), u = Reverse(row + grid.Width - (2 * Lanes));
        (x + y).Store(row);
        (z + u).Store(row + Lanes);
        (x - y).Store(row + HalfStride);
        (z - u).Store(row + HalfStride + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Reverse(float* from) =>
        Vector512.Shuffle(Vector512.Load(from), Vector512.Create(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    // What belongs to even and odd columns, side by side in 64 lanes, in turns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(float* sums, float* row)
    {
        Vector512<uint> even = Vector512.Load(sums).AsUInt32(), odd = Vector512.Load(sums + HalfStride).AsUInt32();
        Vector512<uint> laterEven = Vector512.Load(sums + Lanes).AsUInt32(), laterOdd = Vector512.Load(sums + HalfStride + Lanes).AsUInt32();
        (Vector512.WidenLower(even) | (Vector512.WidenLower(odd) << 32)).AsSingle().Store(row);
        (Vector512.WidenUpper(even) | (Vector512.WidenUpper(odd) << 32)).AsSingle().Store(row + Lanes);
        (Vector512.WidenLower(laterEven) | (Vector512.WidenLower(laterOdd) << 32)).AsSingle().Store(row + (2 * Lanes));
        (Vector512.WidenUpper(laterEven) | (Vector512.WidenUpper(laterOdd) << 32)).AsSingle().Store(row + (3 * Lanes));
    }

    // Rows of 64: sums of `terms` rows, each times a factor, of which the upper 32 lanes may have their own, so many places later.
    private static void Combine(float* factors, int factorStride, int upper, float* rows, int terms, float* sums, int sumStride, int count)
    {
        for (; count >= RowsAtOnce; count -= RowsAtOnce, factors += RowsAtOnce * factorStride, sums += RowsAtOnce * sumStride)
        {
            CombineFour(factors, factorStride, upper, rows, terms, sums, sumStride);
        }

        for (; count > 0; count--, factors += factorStride, sums += sumStride)
        {
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            float* row = rows;
            for (int i = 0; i < terms; i++, row += Stride)
            {
                Vector512<float> f = Vector512.Create(factors[i]), g = Vector512.Create(factors[upper + i]);
                a = Vector512.FusedMultiplyAdd(f, Vector512.Load(row), a);
                b = Vector512.FusedMultiplyAdd(f, Vector512.Load(row + Lanes), b);
                c = Vector512.FusedMultiplyAdd(g, Vector512.Load(row + (2 * Lanes)), c);
                d = Vector512.FusedMultiplyAdd(g, Vector512.Load(row + (3 * Lanes)), d);
            }

            RowOf64.Store(a, b, c, d, sums);
        }
    }

    // Four rows at a time: sixteen sums in registers.
    private static void CombineFour(float* factors, int factorStride, int upper, float* rows, int terms, float* sums, int sumStride)
    {
        float* second = factors + factorStride, third = second + factorStride, fourth = third + factorStride;
        var (a0, b0, c0, d0) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (a1, b1, c1, d1) = (a0, b0, c0, d0);
        var (a2, b2, c2, d2) = (a0, b0, c0, d0);
        var (a3, b3, c3, d3) = (a0, b0, c0, d0);
        for (int i = 0; i < terms; i++, rows += Stride)
        {
            Vector512<float> a = Vector512.Load(rows), b = Vector512.Load(rows + Lanes), c = Vector512.Load(rows + (2 * Lanes)), d = Vector512.Load(rows + (3 * Lanes));
            Vector512<float> f = Vector512.Create(factors[i]), g = Vector512.Create(factors[upper + i]);
            a0 = Vector512.FusedMultiplyAdd(f, a, a0);
            b0 = Vector512.FusedMultiplyAdd(f, b, b0);
            c0 = Vector512.FusedMultiplyAdd(g, c, c0);
            d0 = Vector512.FusedMultiplyAdd(g, d, d0);
            (f, g) = (Vector512.Create(second[i]), Vector512.Create(second[upper + i]));
            a1 = Vector512.FusedMultiplyAdd(f, a, a1);
            b1 = Vector512.FusedMultiplyAdd(f, b, b1);
            c1 = Vector512.FusedMultiplyAdd(g, c, c1);
            d1 = Vector512.FusedMultiplyAdd(g, d, d1);
            (f, g) = (Vector512.Create(third[i]), Vector512.Create(third[upper + i]));
            a2 = Vector512.FusedMultiplyAdd(f, a, a2);
            b2 = Vector512.FusedMultiplyAdd(f, b, b2);
            c2 = Vector512.FusedMultiplyAdd(g, c, c2);
            d2 = Vector512.FusedMultiplyAdd(g, d, d2);
            (f, g) = (Vector512.Create(fourth[i]), Vector512.Create(fourth[upper + i]));
            a3 = Vector512.FusedMultiplyAdd(f, a, a3);
            b3 = Vector512.FusedMultiplyAdd(f, b, b3);
            c3 = Vector512.FusedMultiplyAdd(g, c, c3);
            d3 = Vector512.FusedMultiplyAdd(g, d, d3);
        }

        RowOf64.Store(a0, b0, c0, d0, sums);
        RowOf64.Store(a1, b1, c1, d1, sums + sumStride);
        RowOf64.Store(a2, b2, c2, d2, sums + (2 * sumStride));
        RowOf64.Store(a3, b3, c3, d3, sums + (3 * sumStride));
    }
}
