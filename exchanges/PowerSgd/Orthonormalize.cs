using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Exchanges.PowerSgd;

/// <summary>
/// Makes columns orthonormal by Gram and Schmidt's method, each projection done twice ("twice is enough", Giraud, Langou and Rozložník
/// 2005), with products summed in double precision. A column that is zero, or lies in the span of those before it but for rounding,
/// becomes zero.
/// </summary>
public static class Orthonormalize
{
    // Below this share of its length, what is left of a float32 column is rounding.
    private const double Independent = 1e-6;

    /// <param name="columns">In and out: columns of <paramref name="rows"/> elements, one after another.</param>
    /// <param name="rows">Elements of a column.</param>
    public static void Invoke(Span<float> columns, int rows)
    {
        for (int start = 0; start < columns.Length; start += rows)
        {
            var column = columns.Slice(start, rows);
            double length = Math.Sqrt(Dot(column, column));
            for (int pass = 0; pass < 2; pass++)
            {
                for (int before = 0; before < start; before += rows)
                {
                    var basis = columns.Slice(before, rows);
                    Subtract(column, basis, Dot(column, basis));
                }
            }

            double left = Math.Sqrt(Dot(column, column));
            if (left > Independent * length)
            {
                Divide(column, left);
            }
            else
            {
                column.Clear();
            }
        }
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var left = MemoryMarshal.Cast<float, Vector512<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector512<float>>(b);
        var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
        for (int i = 0; i < left.Length; i++)
        {
            var (a0, a1) = Vector512.Widen(left[i]);
            var (b0, b1) = Vector512.Widen(right[i]);
            low += a0 * b0;
            high += a1 * b1;
        }

        double sum = Vector512.Sum(low + high);
        for (int i = left.Length * Vector512<float>.Count; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    private static void Subtract(Span<float> column, ReadOnlySpan<float> basis, double factor)
    {
        for (int i = 0; i < column.Length; i++)
        {
            column[i] = (float)(column[i] - (factor * basis[i]));
        }
    }

    private static void Divide(Span<float> column, double length)
    {
        foreach (ref float value in column)
        {
            value = (float)(value / length);
        }
    }
}
