using Compression.Core.Kernels;
using Compression.Torch.Kernels;

namespace Compression.Torch.Tests.Kernels;

/// <summary>Products against sums in double precision, for every way in which a factor can lie in memory.</summary>
[Seeded]
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 },
        { 3, 5, 7 },
        { 14, 32, 352 },
        { 15, 33, 353 },
        { 20, 700, 700 },
        { 29, 100, 705 },
        { 61, 17, 1024 },
        { 137, 70, 801 },
        { 7, 2100, 40 },
        { 500, 3, 64 },
    };

    // Blocks of rows times parts of the work are beyond 32 bits here.
    [Fact]
    public void Millions_of_rows_have_their_place()
    {
        const int Rows = 6_000_000;
        using NativeFloats a = NativeFloats.Random(Rows, 1), c = new(new float[Rows]);
        float two = 2;
        using var team = new ThreadTeam(2);
        new MatrixProduct(new(a.Data, 1, 1), new(&two, 1, 1), Rows, 1, 1, c.Data, 1).Run(team);
        Assert.True(c.GuardsHold);
        for (int i = 0; i < Rows; i++)
        {
            Assert.Equal(2 * a.Data[i], c.Data[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_sums_in_double_precision(int rows, int columns, int depth)
    {
        using NativeFloats a = NativeFloats.Random(rows * depth, 1), b = NativeFloats.Random(depth * columns, 2), bias = NativeFloats.Random(columns, 3);
        using NativeFloats before = NativeFloats.Random(rows * (columns + 3), 4);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var team = new ThreadTeam(threads);
            foreach (int way in Enumerable.Range(0, 32))
            {
                var (aTransposed, bTransposed, accumulate, biased, relu) = ((way & 1) != 0, (way & 2) != 0, (way & 4) != 0, (way & 8) != 0, (way & 16) != 0);
                using var c = new NativeFloats(before.Span);
                MatrixView left = aTransposed ? new(a.Data, 1, rows) : new(a.Data, depth, 1), right = bTransposed ? new(b.Data, 1, depth) : new(b.Data, columns, 1);
                new MatrixProduct(left, right, rows, columns, depth, c.Data, columns + 3)
                {
                    Alpha = 0.5f,
                    Accumulate = accumulate,
                    Bias = biased ? bias.Data : null,
                    Relu = relu,
                }.Run(team);
                Assert.True(c.GuardsHold);
                for (int i = 0; i < rows; i += Math.Max(1, rows / 9))
                {
                    for (int j = 0; j < columns; j++)
                    {
                        double sum = 0;
                        for (int k = 0; k < depth; k++)
                        {
                            sum += (double)left.Data[(i * left.RowStride) + (k * left.ColumnStride)] * right.Data[(k * right.RowStride) + (j * right.ColumnStride)];
                        }

                        sum = (0.5 * sum) + (accumulate ? before.Span[(i * (columns + 3)) + j] : 0) + (biased ? bias.Span[j] : 0);
                        Assert.Equal(relu ? Math.Max(0, sum) : sum, c.Span[(i * (columns + 3)) + j], 1e-6 * (1 + depth));
                    }
                }

                // Between the rows of C nothing is written.
                Assert.All(Enumerable.Range(0, rows), i => Assert.Equal(before.Span.Slice((i * (columns + 3)) + columns, 3), c.Span.Slice((i * (columns + 3)) + columns, 3)));
            }
        }
    }

    [Theory]
    [InlineData(20, 2800, 700)]
    [InlineData(700, 333, 1000)]
    [InlineData(5, 40, 3000)]
    public void The_number_of_threads_does_not_change_a_bit(int rows, int columns, int depth)
    {
        using NativeFloats a = NativeFloats.Random(rows * depth, 1), b = NativeFloats.Random(depth * columns, 2);
        float[][] results = [.. new[] { 1, 2, 3, 5 }.Select(threads =>
        {
            using var team = new ThreadTeam(threads);
            using var c = new NativeFloats(rows * columns);
            new MatrixProduct(new(a.Data, 1, rows), new(b.Data, 1, depth), rows, columns, depth, c.Data, columns).Run(team);
            return c.Span.ToArray();
        })];
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public void A_nan_reaches_its_row_and_column_and_nothing_else()
    {
        const int Size = 50;
        using NativeFloats a = NativeFloats.Random(Size * Size, 1), b = NativeFloats.Random(Size * Size, 2), c = new(Size * Size);
        a.Span[(7 * Size) + 3] = float.NaN;
        new MatrixProduct(new(a.Data, Size, 1), new(b.Data, Size, 1), Size, Size, Size, c.Data, Size) { Relu = true }.Run(ThreadTeam.Single);
        for (int i = 0; i < Size * Size; i++)
        {
            Assert.Equal(i / Size == 7, float.IsNaN(c.Span[i]));
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_the_working_memory_is_there()
    {
        const int Size = 300;
        using NativeFloats a = NativeFloats.Random(Size * Size, 1), b = NativeFloats.Random(Size * Size, 2), c = new(Size * Size);
        using var team = new ThreadTeam(2);
        var product = new MatrixProduct(new(a.Data, 1, Size), new(b.Data, Size, 1), Size, Size, Size, c.Data, Size);
        product.Run(team);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            product.Run(team);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
