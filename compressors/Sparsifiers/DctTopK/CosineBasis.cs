namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// The orthonormal DCT-II of n values (Ahmed, Natarajan and Rao 1974): B[k, j] = c_k·cos(π(2j + 1)k/2n), c_0 = √(1/n), else c_k = √(2/n). Its
/// transpose is its inverse. Rows have a length of <see cref="Stride"/>, filled up with zeros.
/// </summary>
/// <param name="length">n, 1 to <see cref="Stride"/>.</param>
internal sealed class CosineBasis(int length)
{
    /// <summary>The largest n, and the length of a row.</summary>
    public const int Stride = 64;

    /// <summary>B, [n, 64].</summary>
    public float[] Forward { get; } = Table((k, j) => Value(length, k, j), length);

    /// <summary>Its transpose, [n, 64].</summary>
    public float[] Inverse { get; } = Table((j, k) => Value(length, k, j), length);

    private static double Value(int n, int k, int j) =>
        Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * ((((2 * j) + 1) * k) % (4 * n)) / (2 * n));

    private static float[] Table(Func<int, int, double> value, int length)
    {
        float[] table = new float[length * Stride];
        for (int row = 0; row < length; row++)
        {
            for (int column = 0; column < length; column++)
            {
                table[(row * Stride) + column] = (float)value(row, column);
            }
        }

        return table;
    }
}
