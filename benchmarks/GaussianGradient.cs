namespace Compression.Benchmarks;

/// <summary>A gradient of independent normal values, always the same.</summary>
internal static class GaussianGradient
{
    /// <summary>So many of them, of variance 1 (Box and Muller 1958).</summary>
    public static float[] Create(int count)
    {
        var random = new Random(1);
        float[] values = new float[count];
        foreach (ref float value in values.AsSpan())
        {
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
