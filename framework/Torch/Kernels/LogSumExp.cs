using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Torch.Kernels;

/// <summary>log Σ e^x of a row, and the softmax that is its gradient.</summary>
internal static unsafe class LogSumExp
{
    // Floats add up over this many vectors before they go into a double: the error stays near 1e-7 at any length.
    private const int Run = 64;

    /// <summary>Reads the row only.</summary>
    internal static double Of(float* row, int count) => Exponentials(row, count, keep: false).LogSum;

    /// <summary>Turns the row into softmax(row) · scale.</summary>
    internal static double AndSoftmax(float* row, int count, float scale)
    {
        var (logSum, sum) = Exponentials(row, count, keep: true);
        float factor = (float)(scale / sum);
        var factors = Vector512.Create(factor);
        for (int j = 0; j < count; j += Vector512<float>.Count)
        {
            Partial.Store(Partial.Load(row + j, count - j) * factors, row + j, count - j);
        }

        return logSum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double LogSum, double Sum) Exponentials(float* row, int count, bool keep)
    {
        int whole = count - (count % Vector512<float>.Count);
        float top = Maximum(row, count);
        var tops = Vector512.Create(top);
        double sum = 0;
        for (int j = 0; j < whole;)
        {
            var part = Vector512<float>.Zero;
            int end = Math.Min(whole, j + (Run * Vector512<float>.Count));
            for (; j < end; j += Vector512<float>.Count)
            {
                var e = VectorMath.Exp(Vector512.Load(row + j) - tops);
                part += e;
                if (keep)
                {
                    e.Store(row + j);
                }
            }

            sum += Vector512.Sum(Vector512.WidenLower(part) + Vector512.WidenUpper(part));
        }

        if (whole < count)
        {
            var e = VectorMath.Exp(Partial.Load(row + whole, count - whole) - tops);
            for (int i = 0; i < count - whole; i++)
            {
                sum += e[i];
            }

            if (keep)
            {
                Partial.Store(e, row + whole, count - whole);
            }
        }

        return (top + Math.Log(sum), sum);
    }

    // Of a row that holds a NaN it is any element: the sum is NaN whatever it is.
    private static float Maximum(float* row, int count)
    {
        int j = 0;
        float top = float.NegativeInfinity;
        if (count >= Vector512<float>.Count)
        {
            var tops = Vector512.Create(float.NegativeInfinity);
            for (; j <= count - Vector512<float>.Count; j += Vector512<float>.Count)
            {
                var values = Vector512.Load(row + j);
                tops = Vector512.ConditionalSelect(Vector512.GreaterThan(values, tops), values, tops);
            }

            for (int i = 0; i < Vector512<float>.Count; i++)
            {
                top = tops[i] > top ? tops[i] : top;
            }
        }

        for (; j < count; j++)
        {
            top = row[j] > top ? row[j] : top;
        }

        return top;
    }
}
