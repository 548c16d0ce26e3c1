using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Exchanges.PowerSgd;

/// <summary>Q = Mᵀ·P for few columns: M is row-major, the columns of P and Q lie one after another.</summary>
public static unsafe class TransposedTimesColumns
{
    // Columns of M that a part reads: whole cache lines, and accumulators that fit the registers.
    private const int Strip = 64;

    // Rows after which partial sums are added to the total, so that long sums lose little.
    private const int Panel = 512;

    /// <param name="team">Threads.</param>
    /// <param name="matrix">M: rows × outer.</param>
    /// <param name="columns">P: <paramref name="count"/> columns of <paramref name="rows"/> elements.</param>
    /// <param name="rows">Rows of M, at least 1.</param>
    /// <param name="count">Columns.</param>
    /// <param name="product">Out, Q: <paramref name="count"/> columns of <c>matrix.Length / rows</c> elements.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> matrix, ReadOnlySpan<float> columns, int rows, int count, Span<float> product)
    {
        int outer = matrix.Length / rows;
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns.Length, rows * count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(product.Length, outer * count);
        product.Clear();
        fixed (float* m = matrix, p = columns, q = product)
        {
            var job = new Job(m, p, q, rows, outer, count);
            team.Run(ref job, (outer + Strip - 1) / Strip);
        }
    }

    private readonly struct Job(float* matrix, float* columns, float* product, int rows, int outer, int count) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = part * Strip, width = Math.Min(Strip, outer - start);
            for (int row = 0; row < rows; row += Panel)
            {
                int end = Math.Min(rows, row + Panel);
                int column = 0;
                if (width == Strip)
                {
                    for (; column <= count - 4; column += 4)
                    {
                        FourColumns(start, row, end, column);
                    }

                    for (; column < count; column++)
                    {
                        OneColumn(start, row, end, column);
                    }
                }

                for (; column < count; column++)
                {
                    Narrow(start, width, row, end, column);
                }
            }
        }

        private void FourColumns(int start, int row, int end, int column)
        {
            float* p0 = columns + ((long)column * rows), p1 = p0 + rows, p2 = p1 + rows, p3 = p2 + rows;
            Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
            Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
            for (; row < end; row++)
            {
                float* m = matrix + ((long)row * outer) + start;
                var (a, b, c, d) = (Vector512.Load(m), Vector512.Load(m + 16), Vector512.Load(m + 32), Vector512.Load(m + 48));
                var x = Vector512.Create(p0[row]);
                (s00, s01) = (Vector512.FusedMultiplyAdd(x, a, s00), Vector512.FusedMultiplyAdd(x, b, s01));
                (s02, s03) = (Vector512.FusedMultiplyAdd(x, c, s02), Vector512.FusedMultiplyAdd(x, d, s03));
                x = Vector512.Create(p1[row]);
                (s10, s11) = (Vector512.FusedMultiplyAdd(x, a, s10), Vector512.FusedMultiplyAdd(x, b, s11));
                (s12, s13) = (Vector512.FusedMultiplyAdd(x, c, s12), Vector512.FusedMultiplyAdd(x, d, s13));
                x = Vector512.Create(p2[row]);
                (s20, s21) = (Vector512.FusedMultiplyAdd(x, a, s20), Vector512.FusedMultiplyAdd(x, b, s21));
                (s22, s23) = (Vector512.FusedMultiplyAdd(x, c, s22), Vector512.FusedMultiplyAdd(x, d, s23));
                x = Vector512.Create(p3[row]);
                (s30, s31) = (Vector512.FusedMultiplyAdd(x, a, s30), Vector512.FusedMultiplyAdd(x, b, s31));
                (s32, s33) = (Vector512.FusedMultiplyAdd(x, c, s32), Vector512.FusedMultiplyAdd(x, d, s33));
            }

            Add(start, column, s00, s01, s02, s03);
            Add(start, column + 1, s10, s11, s12, s13);
            Add(start, column + 2, s20, s21, s22, s23);
            Add(start, column + 3, s30, s31, s32, s33);
        }

        private void OneColumn(int start, int row, int end, int column)
        {
            float* p = columns + ((long)column * rows);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (; row < end; row++)
            {
                float* m = matrix + ((long)row * outer) + start;
                var x = Vector512.Create(p[row]);
                s0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(m), s0);
                s1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(m + 16), s1);
                s2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(m + 32), s2);
                s3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(m + 48), s3);
            }

            Add(start, column, s0, s1, s2, s3);
        }

        private void Add(int start, int column, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
        {
            float* q = product + ((long)column * outer) + start;
            (Vector512.Load(q) + s0).Store(q);
            (Vector512.Load(q + 16) + s1).Store(q + 16);
            (Vector512.Load(q + 32) + s2).Store(q + 32);
            (Vector512.Load(q + 48) + s3).Store(q + 48);
        }

        // The last strip of a matrix whose width is no multiple of the strip's.
        private void Narrow(int start, int width, int row, int end, int column)
        {
            float* p = columns + ((long)column * rows);
            float* q = product + ((long)column * outer) + start;
            Span<float> sums = stackalloc float[Strip];
            sums.Clear();
            for (; row < end; row++)
            {
                float* m = matrix + ((long)row * outer) + start;
                for (int i = 0; i < width; i++)
                {
                    sums[i] += p[row] * m[i];
                }
            }

            for (int i = 0; i < width; i++)
            {
                q[i] += sums[i];
            }
        }
    }
}
