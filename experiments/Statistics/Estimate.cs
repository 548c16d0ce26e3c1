namespace Compression.Experiments.Statistics;

/// <summary>A mean over runs that differ by their seed alone.</summary>
/// <param name="Mean">NaN where there is no value.</param>
/// <param name="StandardError">Of the mean; NaN below two values.</param>
/// <param name="Count">Values.</param>
internal sealed record Estimate(double Mean, double StandardError, int Count)
{
    private const double Confidence = 0.95;

    /// <summary>Half of the 95 % confidence interval (Student's t); NaN below two values.</summary>
    public double HalfWidth => Count < 2 ? double.NaN : StudentT.Quantile(Confidence, Count - 1) * StandardError;

    /// <summary>Lower end of the interval; the mean itself where there is no interval.</summary>
    public double Low => Count < 2 ? Mean : Mean - HalfWidth;

    /// <summary>Upper end of the interval; the mean itself where there is no interval.</summary>
    public double High => Count < 2 ? Mean : Mean + HalfWidth;

    /// <summary>Of the values that are finite.</summary>
    public static Estimate Of(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            return new Estimate(double.NaN, double.NaN, 0);
        }

        double mean = finite.Average();
        if (finite.Length == 1)
        {
            return new Estimate(mean, double.NaN, 1);
        }

        double variance = finite.Sum(value => (value - mean) * (value - mean)) / (finite.Length - 1);
        return new Estimate(mean, Math.Sqrt(variance / finite.Length), finite.Length);
    }
}
