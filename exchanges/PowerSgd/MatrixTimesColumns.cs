using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Exchanges.PowerSgd;

/// <summary>P = M·Q for few columns: M is row-major, the columns of P and Q lie one after another.</summary>
public static unsafe class MatrixTimesColumns
{
    /// <param name="team">Threads.</param>
    /// <param name="matrix">M: rows × inner.</param>
    /// <param name="columns">Q: <paramref name="count"/> columns of <c>matrix.Length / rows</c> elements.</param>
    /// <param name="rows">Rows of M, at least 1.</param>
    /// <param name="count">Columns.</param>
    /// <param name="product">Out, P: <paramref name="count"/> columns of <paramref name="rows"/> elements.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> matrix, ReadOnlySpan<float> columns, int rows, int count, Span<float> product)
    {
        int inner = matrix.Length / rows;
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns.Length, inner * count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(product.Length, rows * count);
        fixed (float* m = matrix, q = columns, p = product)
        {
            int rowsOfPart = Math.Max(4, Partition.Length / Math.Max(1, inner) / 4 * 4);
            var job = new Job(m, q, p, rows, inner, count, rowsOfPart);
            team.Run(ref job, (rows + rowsOfPart - 1) / rowsOfPart);
        }
    }

    private readonly struct Job(float* matrix, float* columns, float* product, int rows, int inner, int count, int rowsOfPart) : IKernelJob
    {
        public void Execute(int part)
        {
            int row = part * rowsOfPart, end = Math.Min(rows, row + rowsOfPart);
            for (; row <= end - 4; row += 4)
            {
                int column = 0;
                for (; column <= count - 4; column += 4)
                {
                    FourByFour(row, column);
                }

                for (; column < count; column++)
                {
                    FourByOne(row, column);
                }
            }

            for (; row < end; row++)
            {
                for (int column = 0; column < count; column++)
                {
                    Store(row, column, TensorPrimitives.Dot(
                        new ReadOnlySpan<float>(matrix + ((long)row * inner), inner), new ReadOnlySpan<float>(columns + (column * inner), inner)));
                }
            }
        }

        private void Store(int row, int column, float value) => product[((long)column * rows) + row] = value;

        private void FourByFour(int row, int column)
        {
            float* m0 = matrix + ((long)row * inner), m1 = m0 + inner, m2 = m1 + inner, m3 = m2 + inner;
            float* q0 = columns + ((long)column * inner), q1 = q0 + inner, q2 = q1 + inner, q3 = q2 + inner;
            Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
            Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
            int i = 0;
            for (; i <= inner - 16; i += 16)
            {
                var (a, b, c, d) = (Vector512.Load(q0 + i), Vector512.Load(q1 + i), Vector512.Load(q2 + i), Vector512.Load(q3 + i));
                var x = Vector512.Load(m0 + i);
                (s00, s01) = (Vector512.FusedMultiplyAdd(x, a, s00), Vector512.FusedMultiplyAdd(x, b, s01));
                (s02, s03) = (Vector512.FusedMultiplyAdd(x, c, s02), Vector512.FusedMultiplyAdd(x, d, s03));
                x = Vector512.Load(m1 + i);
                (s10, s11) = (Vector512.FusedMultiplyAdd(x, a, s10), Vector512.FusedMultiplyAdd(x, b, s11));
                (s12, s13) = (Vector512.FusedMultiplyAdd(x, c, s12), Vector512.FusedMultiplyAdd(x, d, s13));
                x = Vector512.Load(m2 + i);
                (s20, s21) = (Vector512.FusedMultiplyAdd(x, a, s20), Vector512.FusedMultiplyAdd(x, b, s21));
                (s22, s23) = (Vector512.FusedMultiplyAdd(x, c, s22), Vector512.FusedMultiplyAdd(x, d, s23));
                x = Vector512.Load(m3 + i);
                (s30, s31) = (Vector512.FusedMultiplyAdd(x, a, s30), Vector512.FusedMultiplyAdd(x, b, s31));
                (s32, s33) = (Vector512.FusedMultiplyAdd(x, c, s32), Vector512.FusedMultiplyAdd(x, d, s33));
            }

            StoreFour(row, column, q0, i, s00, s10, s20, s30);
            StoreFour(row, column + 1, q1, i, s01, s11, s21, s31);
            StoreFour(row, column + 2, q2, i, s02, s12, s22, s32);
            StoreFour(row, column + 3, q3, i, s03, s13, s23, s33);
        }

        private void FourByOne(int row, int column)
        {
            float* m0 = matrix + ((long)row * inner), m1 = m0 + inner, m2 = m1 + inner, m3 = m2 + inner;
            float* q = columns + ((long)column * inner);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            int i = 0;
            for (; i <= inner - 16; i += 16)
            {
                var a = Vector512.Load(q + i);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Load(m0 + i), a, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Load(m1 + i), a, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Load(m2 + i), a, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Load(m3 + i), a, s3);
            }

            StoreFour(row, column, q, i, s0, s1, s2, s3);
        }

        private void StoreFour(
            int row, int column, float* q, int done, Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3)
        {
            Store(row, column, Vector512.Sum(s0) + Rest(row, q, done));
            Store(row + 1, column, Vector512.Sum(s1) + Rest(row + 1, q, done));
            Store(row + 2, column, Vector512.Sum(s2) + Rest(row + 2, q, done));
            Store(row + 3, column, Vector512.Sum(s3) + Rest(row + 3, q, done));
        }

        private float Rest(int row, float* q, int done)
        {
            float sum = 0;
            for (int i = done; i < inner; i++)
            {
                sum += matrix[((long)row * inner) + i] * q[i];
            }

            return sum;
        }
    }
}
