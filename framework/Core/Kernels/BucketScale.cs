using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>What a bucket of values is measured by, and the factor that brings a value to levels.</summary>
public static unsafe class BucketScale
{
    private const double Small = 1.0 / (1UL << 50) / (1UL << 50);

    /// <summary>√Σv², summed in double precision; not finite where a value is not, or where a float cannot hold the norm.</summary>
    public static float TwoNorm(float* values, int count)
    {
        Vector512<double> a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i <= count - 32; i += 32)
        {
            // Squares of floats are exact in double precision: a fused multiply-add would give the same.
            var (first, second) = Vector512.Widen(Vector512.Load(values + i));
            var (third, fourth) = Vector512.Widen(Vector512.Load(values + i + 16));
            a += first * first;
            b += second * second;
            c += third * third;
            d += fourth * fourth;
        }

        // Folded by halves, so that the order of the sum is the same at every width.
        var lanes = a + b + (c + d);
        var half = lanes.GetLower() + lanes.GetUpper();
        double sum = Vector128.Sum(half.GetLower() + half.GetUpper());
        for (; i < count; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return (float)Math.Sqrt(sum);
    }

    /// <summary>max|v|; not finite where a value is not.</summary>
    public static float MaxMagnitude(float* values, int count)
    {
        uint* bits = (uint*)values;
        var mask = Vector512.Create(MagnitudeBits.Mask);
        Vector512<uint> a = default, b = default;
        int i = 0;
        for (; i <= count - 32; i += 32)
        {
            a = Vector512.Max(a, Vector512.Load(bits + i) & mask);
            b = Vector512.Max(b, Vector512.Load(bits + i + 16) & mask);
        }

        a = Vector512.Max(a, b);
        var half = Vector256.Max(a.GetLower(), a.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        uint largest = Math.Max(Math.Max(quarter[0], quarter[1]), Math.Max(quarter[2], quarter[3]));
        for (; i < count; i++)
        {
            largest = Math.Max(largest, bits[i] & MagnitudeBits.Mask);
        }

        return BitConverter.UInt32BitsToSingle(largest);
    }

    /// <summary>Least and greatest value; the order of zeros is not defined, and where a value is NaN neither is the rest.</summary>
    public static (float Least, float Greatest) Range(float* values, int count)
    {
        var (least, greatest) = (Vector512.Create(values[0]), Vector512.Create(values[0]));
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            var vector = Vector512.Load(values + i);
            least = Vector512.MinNative(least, vector);
            greatest = Vector512.MaxNative(greatest, vector);
        }

        var lows = Vector256.MinNative(least.GetLower(), least.GetUpper());
        var highs = Vector256.MaxNative(greatest.GetLower(), greatest.GetUpper());
        var (low, high) = (values[0], values[0]);
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            low = Math.Min(low, lows[lane]);
            high = Math.Max(high, highs[lane]);
        }

        for (; i < count; i++)
        {
            low = Math.Min(low, values[i]);
            high = Math.Max(high, values[i]);
        }

        // One zero for both: 0 and −0 are equal, and which one was met first depends on the width of vectors.
        return (low + 0f, high + 0f);
    }

    /// <summary><paramref name="size"/>/<paramref name="levels"/>, or the float below it where so many steps would exceed what a float holds.</summary>
    public static float Step(float size, int levels)
    {
        float step = size / levels;
        return float.IsInfinity(step * levels) ? MathF.BitDecrement(step) : step;
    }

    /// <summary>Factors whose product is <paramref name="levels"/>/<paramref name="size"/>; two, as for denormal sizes one would overflow.</summary>
    /// <param name="levels">At most 255.</param>
    /// <param name="size">At least 0; 0 gives 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> First, Vector512<float> Second) Factors(double levels, double size) =>
        size == 0 ? default
        : size >= Small ? (Vector512<float>.One, Vector512.Create((float)(levels / size)))
        : (Vector512.Create((float)(1 / Small)), Vector512.Create((float)(levels / (size / Small))));
}
