namespace Compression.Experiments.Statistics;

/// <summary>Student's t distribution with a whole number of degrees of freedom.</summary>
internal static class StudentT
{
    /// <summary>P(|T| &lt; t), by the finite series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.</summary>
    /// <param name="t">At least 0.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Within(double t, int freedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(freedom)), cosine = Math.Cos(angle), sine = Math.Sin(angle);
        bool odd = freedom % 2 == 1;
        double term = odd ? cosine : 1, sum = 0;
        for (int k = odd ? 3 : 2; k <= freedom; k += 2)
        {
            sum += term;
            term *= cosine * cosine * (k - 1) / k;
        }

        return odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
    }

    /// <summary>The t that |T| stays below with a given probability.</summary>
    /// <param name="probability">Above 0 and below 1; 0.95 for a 95 % interval.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Quantile(double probability, int freedom)
    {
        double low = 0, high = 1;
        while (Within(high, freedom) < probability)
        {
            high *= 2;
        }

        for (int halving = 0; halving < 100; halving++)
        {
            double middle = (low + high) / 2;
            (low, high) = Within(middle, freedom) < probability ? (middle, high) : (low, middle);
        }

        return high;
    }
}
