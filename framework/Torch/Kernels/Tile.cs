using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Torch.Kernels;

/// <summary>
/// Register tiles of two vectors' columns: every sum stays in a register from the first term to the last. Each element is summed in the
/// order of the depth, whatever the width of vectors.
/// </summary>
internal static unsafe class Tile<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Columns of a panel.</summary>
    internal static int Panel => 2 * TLanes.Count;

    /// <summary>Computes a tile.</summary>
    internal static void Run(in TileTask task)
    {
        if (task.Columns == Panel)
        {
            RunWhole(task);
        }
        else
        {
            RunPart(task);
        }
    }

    // A panel that the matrix does not fill: the sums of all its columns go aside first.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunPart(in TileTask task)
    {
        float* sums = stackalloc float[TLanes.MostRows * Panel];
        var whole = task with { C = sums, CRow = Panel, Columns = Panel, Accumulate = false, Relu = false, Bias = null };
        RunWhole(whole);
        for (int i = 0; i < task.Rows; i++)
        {
            FinishPart(task, sums + (i * Panel), task.C + (i * task.CRow));
        }
    }

    private static void FinishPart(in TileTask task, float* sums, float* c)
    {
        int j = 0;
        for (; j <= task.Columns - Vector128<float>.Count; j += Vector128<float>.Count)
        {
            var result = Vector128.Load(sums + j);
            result += task.Accumulate ? Vector128.Load(c + j) : Vector128<float>.Zero;
            result += task.Bias == null ? Vector128<float>.Zero : Vector128.Load(task.Bias + j);
            (task.Relu ? Vector128.Max(result, Vector128<float>.Zero) : result).Store(c + j);
        }

        for (; j < task.Columns; j++)
        {
            float result = sums[j] + (task.Accumulate ? c[j] : 0) + (task.Bias == null ? 0 : task.Bias[j]);
            c[j] = task.Relu ? MathF.Max(result, 0) : result;
        }
    }

    private static void RunWhole(in TileTask task)
    {
        switch (task.Rows)
        {
            case 1: Run<Rows1>(task); break;
            case 2: Run<Rows2>(task); break;
            case 3: Run<Rows3>(task); break;
            case 4: Run<Rows4>(task); break;
            case 5: Run<Rows5>(task); break;
            case 6: Run<Rows6>(task); break;
            case 7: Run<Rows7>(task); break;
            case 8: Run<Rows8>(task); break;
            case 9: Run<Rows9>(task); break;
            case 10: Run<Rows10>(task); break;
            case 11: Run<Rows11>(task); break;
            case 12: Run<Rows12>(task); break;
            case 13: Run<Rows13>(task); break;
            case 14: Run<Rows14>(task); break;
        }
    }

    // The rows are a type, so that the compiler leaves out those that are not there. Nothing is called while the sums live: they would
    // be kept in memory for it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows>(in TileTask task)
        where TRows : struct, IRows
    {
        nint aRow = task.ARow, aDepth = task.ADepth, cRow = task.CRow;
        float* a = task.A, b = task.B, c = task.C;
        Prefetch(c, cRow, TRows.Count);
        Row r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default;
        Row r7 = default, r8 = default, r9 = default, r10 = default, r11 = default, r12 = default, r13 = default;
        for (nint k = task.Depth; k > 0; k--)
        {
            TVector low = TLanes.Load(b), high = TLanes.Load(b + TLanes.Count);
            r0.Add(a[0], low, high);
            if (TRows.Count > 1) { r1.Add(a[aRow], low, high); }
            if (TRows.Count > 2) { r2.Add(a[2 * aRow], low, high); }
            if (TRows.Count > 3) { r3.Add(a[3 * aRow], low, high); }
            if (TRows.Count > 4) { r4.Add(a[4 * aRow], low, high); }
            if (TRows.Count > 5) { r5.Add(a[5 * aRow], low, high); }
            if (TRows.Count > 6) { r6.Add(a[6 * aRow], low, high); }
            if (TRows.Count > 7) { r7.Add(a[7 * aRow], low, high); }
            if (TRows.Count > 8) { r8.Add(a[8 * aRow], low, high); }
            if (TRows.Count > 9) { r9.Add(a[9 * aRow], low, high); }
            if (TRows.Count > 10) { r10.Add(a[10 * aRow], low, high); }
            if (TRows.Count > 11) { r11.Add(a[11 * aRow], low, high); }
            if (TRows.Count > 12) { r12.Add(a[12 * aRow], low, high); }
            if (TRows.Count > 13) { r13.Add(a[13 * aRow], low, high); }
            a += aDepth;
            b += 2 * TLanes.Count;
        }

        r0.Store(task, c);
        if (TRows.Count > 1) { r1.Store(task, c + cRow); }
        if (TRows.Count > 2) { r2.Store(task, c + (2 * cRow)); }
        if (TRows.Count > 3) { r3.Store(task, c + (3 * cRow)); }
        if (TRows.Count > 4) { r4.Store(task, c + (4 * cRow)); }
        if (TRows.Count > 5) { r5.Store(task, c + (5 * cRow)); }
        if (TRows.Count > 6) { r6.Store(task, c + (6 * cRow)); }
        if (TRows.Count > 7) { r7.Store(task, c + (7 * cRow)); }
        if (TRows.Count > 8) { r8.Store(task, c + (8 * cRow)); }
        if (TRows.Count > 9) { r9.Store(task, c + (9 * cRow)); }
        if (TRows.Count > 10) { r10.Store(task, c + (10 * cRow)); }
        if (TRows.Count > 11) { r11.Store(task, c + (11 * cRow)); }
        if (TRows.Count > 12) { r12.Store(task, c + (12 * cRow)); }
        if (TRows.Count > 13) { r13.Store(task, c + (13 * cRow)); }
    }

    // The rows of C lie far apart, where no processor expects the next.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, nint cRow, int rows)
    {
        if (Sse.IsSupported)
        {
            for (int row = 0; row < rows; row++)
            {
                Sse.Prefetch0(c + (row * cRow));
                Sse.Prefetch0(c + (row * cRow) + TLanes.Count);
            }
        }
    }

    /// <summary>The sums of one row.</summary>
    private struct Row
    {
        private TVector _low;
        private TVector _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Add(float a, TVector low, TVector high)
        {
            var all = TLanes.All(a);
            _low = TLanes.MultiplyAdd(all, low, _low);
            _high = TLanes.MultiplyAdd(all, high, _high);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void Store(in TileTask task, float* c)
        {
            Finish(task, _low, c, 0);
            Finish(task, _high, c, TLanes.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Finish(in TileTask task, TVector sums, float* c, int column)
        {
            var result = TLanes.Multiply(sums, TLanes.All(task.Alpha));
            if (task.Accumulate)
            {
                result = TLanes.Add(result, TLanes.Load(c + column));
            }

            if (task.Bias != null)
            {
                result = TLanes.Add(result, TLanes.Load(task.Bias + column));
            }

            TLanes.Store(task.Relu ? TLanes.Positive(result) : result, c + column);
        }
    }
}
