using Compression.Core.Kernels;
using Compression.Core.Tests;
using Compression.Exchanges.PowerSgd;

namespace Compression.Exchanges.Tests;

/// <summary>Products of a matrix with few columns, against sums in double precision.</summary>
public sealed class LowRankKernelTests
{
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 1, 1, 1 }, { 3, 5, 2 }, { 4, 16, 4 }, { 5, 64, 1 }, { 70, 33, 8 }, { 33, 70, 3 }, { 513, 700, 4 }, { 1300, 130, 7 }, { 6, 40_000, 5 }, { 9, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_those_of_double_precision_on_any_number_of_threads(int rows, int width, int count)
    {
        float[] matrix = TestData.Gaussian(rows * width), right = TestData.Gaussian(width * count, 2), left = TestData.Gaussian(rows * count, 3);
        using var team = new ThreadTeam(3);
        foreach (var threads in new[] { ThreadTeam.Single, team })
        {
            float[] product = new float[rows * count], transposed = new float[width * count], rest = [.. matrix], lowRank = new float[rows * width];
            MatrixTimesColumns.Invoke(threads, matrix, right, rows, count, product);
            TransposedTimesColumns.Invoke(threads, matrix, left, rows, count, transposed);
            SubtractLowRank.Invoke(threads, rest, left, right, rows, count, lowRank);
            for (int c = 0; c < count; c++)
            {
                for (int i = 0; i < rows; i++)
                {
                    double expected = Enumerable.Range(0, width).Sum(j => (double)matrix[(i * width) + j] * right[(c * width) + j]);
                    Assert.Equal(expected, product[(c * rows) + i], 2e-6 * Math.Sqrt(width) * 10);
                }

                for (int j = 0; j < width; j++)
                {
                    double expected = Enumerable.Range(0, rows).Sum(i => (double)matrix[(i * width) + j] * left[(c * rows) + i]);
                    Assert.Equal(expected, transposed[(c * width) + j], 2e-6 * Math.Sqrt(rows) * 10);
                }
            }

            for (int i = 0; i < rows * width; i++)
            {
                double expected = Enumerable.Range(0, count).Sum(c => (double)left[(c * rows) + (i / width)] * right[(c * width) + (i % width)]);
                Assert.Equal(expected, lowRank[i], 1e-5);
                Assert.Equal(matrix[i] - lowRank[i], rest[i]);
            }

            float[] again = [.. matrix];
            SubtractLowRank.Invoke(threads, again, left, right, rows, count, []);
            Assert.Equal(rest, again);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(700, 8)]
    [InlineData(10_000, 4)]
    public void Columns_become_orthonormal_and_span_what_they_spanned(int rows, int count)
    {
        // Nearly parallel columns: one projection alone would leave them far from orthogonal.
        float[] common = TestData.Gaussian(rows, 9);
        float[] columns = [.. Enumerable.Range(0, count).SelectMany(c => TestData.Gaussian(rows, c).Select((x, i) => common[i] + (1e-3f * x)))];
        float[] basis = [.. columns];
        Orthonormalize.Invoke(basis, rows);
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                Assert.Equal(a == b ? 1 : 0, Dot(basis, a * rows, basis, b * rows, rows), 1e-6);
            }

            double length = Math.Sqrt(Dot(columns, a * rows, columns, a * rows, rows));
            double within = Enumerable.Range(0, count).Sum(b => Math.Pow(Dot(columns, a * rows, basis, b * rows, rows), 2));
            Assert.Equal(1, Math.Sqrt(within) / length, 1e-6);
        }
    }

    [Fact]
    public void Columns_without_a_direction_of_their_own_become_zero()
    {
        float[] first = TestData.Gaussian(100);
        float[] columns = [.. first, .. new float[100], .. first.Select(x => 3 * x), .. TestData.Gaussian(100, 2)];
        Orthonormalize.Invoke(columns, 100);
        Assert.Equal([1, 0, 0, 1], Enumerable.Range(0, 4).Select(c => Math.Round(Dot(columns, c * 100, columns, c * 100, 100), 6)));
    }

    private static double Dot(float[] a, int startA, float[] b, int startB, int length) =>
        Enumerable.Range(0, length).Sum(i => (double)a[startA + i] * b[startB + i]);
}
