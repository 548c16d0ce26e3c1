using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Exchanges.PowerSgd;

/// <summary><c>M −= P·Qᵀ</c> for few columns, and P·Qᵀ itself where it is asked for: what is subtracted is bit for bit what is written.</summary>
public static unsafe class SubtractLowRank
{
    /// <param name="team">Threads.</param>
    /// <param name="matrix">M, row-major: in and out.</param>
    /// <param name="left">P: <paramref name="count"/> columns of <paramref name="rows"/> elements, one after another.</param>
    /// <param name="right">Q: as many columns of <c>matrix.Length / rows</c> elements.</param>
    /// <param name="rows">Rows of M, at least 1.</param>
    /// <param name="count">Columns.</param>
    /// <param name="product">Out: P·Qᵀ, row-major; empty where nobody wants it.</param>
    public static void Invoke(
        ThreadTeam team, Span<float> matrix, ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int count, Span<float> product)
    {
        int width = matrix.Length / rows;
        ArgumentOutOfRangeException.ThrowIfNotEqual(left.Length, rows * count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, width * count);
        fixed (float* m = matrix, p = left, q = right, to = product)
        {
            int rowsOfPart = Math.Max(4, Partition.Length / Math.Max(1, width) / 4 * 4);
            var job = new Job(m, p, q, product.IsEmpty ? null : to, rows, width, count, rowsOfPart);
            team.Run(ref job, (rows + rowsOfPart - 1) / rowsOfPart);
        }
    }

    private readonly struct Job(float* matrix, float* left, float* right, float* product, int rows, int width, int count, int rowsOfPart) : IKernelJob
    {
        public void Execute(int part)
        {
            int row = part * rowsOfPart, end = Math.Min(rows, row + rowsOfPart);
            for (; row <= end - 4; row += 4)
            {
                FourRows(row);
            }

            for (; row < end; row++)
            {
                Tail(row, 0);
            }
        }

        private void FourRows(int row)
        {
            int i = 0;
            for (; i <= width - 16; i += 16)
            {
                Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
                for (int column = 0; column < count; column++)
                {
                    var q = Vector512.Load(right + ((long)column * width) + i);
                    float* p = left + ((long)column * rows) + row;
                    s0 = Vector512.FusedMultiplyAdd(Vector512.Create(p[0]), q, s0);
                    s1 = Vector512.FusedMultiplyAdd(Vector512.Create(p[1]), q, s1);
                    s2 = Vector512.FusedMultiplyAdd(Vector512.Create(p[2]), q, s2);
                    s3 = Vector512.FusedMultiplyAdd(Vector512.Create(p[3]), q, s3);
                }

                Put(row, i, s0);
                Put(row + 1, i, s1);
                Put(row + 2, i, s2);
                Put(row + 3, i, s3);
            }

            for (int next = row; i < width && next < row + 4; next++)
            {
                Tail(next, i);
            }
        }

        private void Put(int row, int i, Vector512<float> value)
        {
            long at = ((long)row * width) + i;
            (Vector512.Load(matrix + at) - value).Store(matrix + at);
            if (product != null)
            {
                value.Store(product + at);
            }
        }

        private void Tail(int row, int start)
        {
            for (int i = start; i < width; i++)
            {
                float sum = 0;
                for (int column = 0; column < count; column++)
                {
                    sum = MathF.FusedMultiplyAdd(left[((long)column * rows) + row], right[((long)column * width) + i], sum);
                }

                matrix[((long)row * width) + i] -= sum;
                if (product != null)
                {
                    product[((long)row * width) + i] = sum;
                }
            }
        }
    }
}
