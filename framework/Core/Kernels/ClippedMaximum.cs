namespace Compression.Core.Kernels;

/// <summary>The scale of TernGrad (Wen et al. 2017, section 4): the largest magnitude after a clip at c standard deviations.</summary>
/// <remarks>
/// σ² is the mean of (v − mean)² over the values, as in the paper's own code. Values that are all equal up to rounding (σ below 10⁻⁶ of their
/// root mean square; a single value is the plain case) are not clipped: a clip at 0 would send nothing for ever.
/// </remarks>
public static class ClippedMaximum
{
    private const double LeastSpread = 1e-6;

    /// <param name="team">Threads.</param>
    /// <param name="values">Any length.</param>
    /// <param name="clip">c; 0 clips nothing.</param>
    /// <returns>0 without values; NaN or infinite where a value is.</returns>
    public static float Invoke(ThreadTeam team, ReadOnlySpan<float> values, double clip)
    {
        if (values.IsEmpty)
        {
            return 0;
        }

        var (sum, squares, largest) = Moments.Invoke(team, values);
        if (!float.IsFinite(largest))
        {
            return largest;
        }

        double mean = sum / values.Length, meanSquare = squares / values.Length, variance = meanSquare - (mean * mean);
        double limit = clip > 0 && variance > LeastSpread * LeastSpread * meanSquare ? clip * Math.Sqrt(variance) : double.PositiveInfinity;
        return (float)Math.Min(largest, limit);
    }
}
