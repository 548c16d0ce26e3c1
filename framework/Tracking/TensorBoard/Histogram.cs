using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Compression.Tracking.TensorBoard;

/// <summary>
/// Counts values in buckets whose limits grow by a tenth from 1e-12 to above 1e20, on both sides of zero, as TensorBoard's own
/// writers do. Adding a value allocates nothing.
/// </summary>
public sealed class Histogram
{
    private const double Smallest = 1e-12;
    private const double Growth = 1.1;
    private const int BucketsPerSide = 775;
    private static readonly double[] s_limits = Limits();
    private static readonly ushort[] s_firstBucket = FirstBuckets();

    private readonly double[] _counts = new double[s_limits.Length];

    /// <summary>Values counted.</summary>
    public long Count { get; private set; }

    /// <summary>Smallest value; infinity while there is none.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <summary>Largest value; minus infinity while there is none.</summary>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>Sum of the values.</summary>
    public double Sum { get; private set; }

    /// <summary>Sum of their squares.</summary>
    public double SumOfSquares { get; private set; }

    /// <summary>Upper limits of the buckets from the first that holds a value, and the empty one before it, to the last.</summary>
    public ReadOnlySpan<double> BucketLimits => s_limits.AsSpan(Used());

    /// <summary>Values in each of <see cref="BucketLimits"/>: those below the limit, and not below the limit before it.</summary>
    public ReadOnlySpan<double> BucketCounts => _counts.AsSpan(Used());

    /// <summary>Counts a value; NaN and the infinities have no bucket and are passed over.</summary>
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        _counts[BucketOf(value)]++;
        Count++;
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
        Sum += value;
        SumOfSquares += value * value;
    }

    /// <summary>Counts values; some nanoseconds each.</summary>
    /// <param name="values">NaN and the infinities among them are passed over.</param>
    /// <param name="stride">Every how many-th is counted.</param>
    public void Add(ReadOnlySpan<float> values, int stride = 1)
    {
        ref ushort first = ref MemoryMarshal.GetArrayDataReference(s_firstBucket);
        for (int i = 0; i < values.Length; i += stride)
        {
            float value = values[i];
            if (!float.IsFinite(value))
            {
                continue;
            }

            // Numbers alike in their upper 16 bits differ by less than a hundredth, so that they share a bucket, or are in two.
            int bucket = Unsafe.Add(ref first, BitConverter.SingleToUInt32Bits(value) >> 16);
            while (value >= s_limits[bucket])
            {
                bucket++;
            }

            _counts[bucket]++;
            Count++;
            Min = Math.Min(Min, value);
            Max = Math.Max(Max, value);
            Sum += value;
            SumOfSquares += (double)value * value;
        }
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Min, Max, Sum, SumOfSquares) = (0, double.PositiveInfinity, double.NegativeInfinity, 0, 0);
    }

    // The limit itself belongs to the bucket above it.
    private static int BucketOf(double value)
    {
        int found = Array.BinarySearch(s_limits, value);
        return Math.Min(found >= 0 ? found + 1 : ~found, s_limits.Length - 1);
    }

    // For the upper 16 bits of a float: the bucket of the smallest number that has them.
    private static ushort[] FirstBuckets()
    {
        ushort[] first = new ushort[1 << 16];
        for (uint upper = 0; upper < first.Length; upper++)
        {
            float end = BitConverter.UInt32BitsToSingle(upper << 16), other = BitConverter.UInt32BitsToSingle((upper << 16) | 0xFFFF);
            first[upper] = float.IsFinite(end) && float.IsFinite(other) ? (ushort)BucketOf(Math.Min(end, other)) : (ushort)0;
        }

        return first;
    }

    private static double[] Limits()
    {
        var limits = new double[(2 * BucketsPerSide) + 2];
        double limit = Smallest;
        for (int bucket = 0; bucket < BucketsPerSide; bucket++, limit *= Growth)
        {
            limits[BucketsPerSide + 1 + bucket] = limit;
            limits[BucketsPerSide - 1 - bucket] = -limit;
        }

        limits[^1] = double.MaxValue;
        return limits;
    }

    private Range Used()
    {
        int first = Array.FindIndex(_counts, count => count > 0);
        return first < 0 ? 0..0 : Math.Max(0, first - 1)..(Array.FindLastIndex(_counts, count => count > 0) + 1);
    }
}
