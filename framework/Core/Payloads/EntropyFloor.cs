namespace Compression.Core.Payloads;

/// <summary>The least bits that a code can need on average.</summary>
public static class EntropyFloor
{
    /// <summary>log₂ C(d, k): bits to say which <paramref name="chosen"/> of <paramref name="dimension"/> entries are sent.</summary>
    public static double Indices(int dimension, int chosen) => chosen <= 0 || chosen >= dimension
        ? 0
        : (LogFactorial(dimension) - LogFactorial(chosen) - LogFactorial(dimension - chosen)) / Math.Log(2);

    // Stirling's series; its error is below 1e-9 from 8 on.
    private static double LogFactorial(int n)
    {
        if (n < 8)
        {
            double product = 1;
            for (int i = 2; i <= n; i++)
            {
                product *= i;
            }

            return Math.Log(product);
        }

        double x = n;
        return (x * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI * x)) + (1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * Math.Pow(x, 5)));
    }
}
