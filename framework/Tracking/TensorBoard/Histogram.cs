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

        // The limit itself belongs to the bucket above it.
        int found = Array.BinarySearch(s_limits, value);
        int bucket = Math.Min(found >= 0 ? found + 1 : ~found, s_limits.Length - 1);
        _counts[bucket]++;
        Count++;
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
        Sum += value;
        SumOfSquares += value * value;
    }

    /// <summary>Counts values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            Add(value);
        }
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Min, Max, Sum, SumOfSquares) = (0, double.PositiveInfinity, double.NegativeInfinity, 0, 0);
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
