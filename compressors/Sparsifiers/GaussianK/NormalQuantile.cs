namespace Compression.Compressors.Sparsifiers.GaussianK;

/// <summary>Quantiles of the standard normal distribution.</summary>
public static class NormalQuantile
{
    /// <summary>x with P(X > x) = <paramref name="probability"/>, to 1e-9.</summary>
    /// <param name="probability">Above 0, at most 0.5.</param>
    public static double UpperTail(double probability)
    {
        // Newton's method on log Q(x), which is concave: after one step it comes down to the root from the right.
        double x = 0, goal = Math.Log(probability);
        for (int i = 0; i < 60; i++)
        {
            double tail = Tail(x), density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
            double next = x + ((Math.Log(tail) - goal) * tail / density);
            if (Math.Abs(next - x) < 1e-12 * Math.Max(1, x))
            {
                return next;
            }

            x = next;
        }

        return x;
    }

    // Q(x) for x ≥ 0: the series of the distribution function below 2.5, Laplace's continued fraction above.
    private static double Tail(double x)
    {
        double density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
        if (x < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > 1e-17; n++)
            {
                term *= x * x / ((2 * n) + 1);
                sum += term;
            }

            return 0.5 - (density * sum);
        }

        double fraction = 0;
        for (int n = 120; n > 0; n--)
        {
            fraction = n / (x + fraction);
        }

        return density / (x + fraction);
    }
}
