namespace Compression.Experiments.Sweeps;

/// <summary>Student's t distribution with a whole number of degrees of freedom.</summary>
internal static class StudentT
{
    // Above the quantile of one degree, 12.7.
    private const double Highest = 16;

    /// <summary>Half the width of the 95 % confidence interval of a mean; NaN for fewer than two values.</summary>
    public static double HalfWidth(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
        {
            return double.NaN;
        }

        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return Quantile975(values.Count - 1) * Math.Sqrt(variance / values.Count);
    }

    /// <summary>The t that 97.5 % of the distribution lies below.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    public static double Quantile975(int degrees)
    {
        double low = 0, high = Highest;
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            (low, high) = Within(middle, degrees) < 0.95 ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>The probability of [−t, t]: Abramowitz and Stegun, equations 26.7.3 and 26.7.4.</summary>
    private static double Within(double t, int degrees)
    {
        double angle = Math.Atan(t / Math.Sqrt(degrees)), cosine = Math.Cos(angle), sine = Math.Sin(angle);
        bool odd = degrees % 2 == 1;
        double term = odd ? cosine : 1, sum = 0;
        for (int k = odd ? 1 : 0; k <= degrees - 2; k += 2)
        {
            sum += term;
            term *= cosine * cosine * (k + 1) / (k + 2);
        }

        return odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
    }
}
