using System.Numerics.Tensors;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>Adds the sums of a matrix's columns, scaled, to a vector.</summary>
/// <remarks>
/// Sums of up to 32 rows are added to the sum of such sums: where all rows are alike, as the softmax of a fresh model is, one long running
/// sum would round the same way in every column.
/// </remarks>
internal static unsafe class ColumnSums
{
    private const int RowsAtOnce = 32;
    private const int ColumnsOfPart = 256;

    /// <param name="team">Threads.</param>
    /// <param name="matrix">[rows, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scale">Factor of the sums.</param>
    /// <param name="sums">In and out, [columns].</param>
    internal static void Add(ThreadTeam team, float* matrix, int rows, int columns, float scale, float* sums)
    {
        var job = new Job(matrix, rows, columns, scale, sums);
        team.Run(ref job, (columns + ColumnsOfPart - 1) / ColumnsOfPart);
    }

    private readonly struct Job(float* matrix, int rows, int columns, float scale, float* sums) : IKernelJob
    {
        public void Execute(int part)
        {
            int first = part * ColumnsOfPart, count = Math.Min(ColumnsOfPart, columns - first);
            Span<float> total = stackalloc float[count], few = stackalloc float[count];
            total.Clear();
            for (int row = 0; row < rows; row += RowsAtOnce)
            {
                few.Clear();
                for (int i = row; i < Math.Min(rows, row + RowsAtOnce); i++)
                {
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(matrix + (i * (nint)columns) + first, count), scale, few, few);
                }

                TensorPrimitives.Add(total, few, total);
            }

            var to = new Span<float>(sums + first, count);
            TensorPrimitives.Add(to, total, to);
        }
    }
}
