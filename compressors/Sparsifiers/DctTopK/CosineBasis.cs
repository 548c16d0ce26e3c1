using System.Runtime.CompilerServices;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>
/// The orthonormal DCT-II of n values (Ahmed, Natarajan and Rao 1974): B[k, j] = c_k·cos(π(2j + 1)k/2n), c_0 = √(1/n), else c_k = √(2/n). Its
/// transpose is its inverse. As B[k, n − 1 − j] = (−1)^k·B[k, j], even k need only the sums of entries j and n − 1 − j, and odd k only their differences:
/// half the products. An entry in the middle is its own partner, and stands for a half in such tables.
/// </summary>
internal sealed unsafe class CosineBasis
{
    /// <summary>The largest n.</summary>
    public const int Longest = RowOf64.Length;

    /// <summary>Most pairs, and the length of a row of them.</summary>
    public const int HalfStride = RowOf64.Length / 2;

    // Pinned, as pointers into them are kept.
    private readonly float[][] _tables;

    /// <param name="length">n, 1 to <see cref="Longest"/>.</param>
    public CosineBasis(int length)
    {
        Pairs = (length + 1) / 2;
        _tables = [Room(length * RowOf64.Length), Room(length * HalfStride), Room(Pairs * RowOf64.Length)];
        Rows = Start(_tables[0]);
        OfPairs = Start(_tables[1]);
        PairsToRows = Start(_tables[2]);
        for (int k = 0; k < length; k++)
        {
            for (int j = 0; j < length; j++)
            {
                Rows[(k * RowOf64.Length) + j] = (float)Value(length, k, j);
            }

            for (int j = 0; j < Pairs; j++)
            {
                double middle = 2 * j == length - 1 ? 0.5 * (1 - (k % 2)) : 1;
                OfPairs[(k * HalfStride) + j] = PairsToRows[(j * RowOf64.Length) + (k % 2 * HalfStride) + (k / 2)] = (float)(middle * Value(length, k, j));
            }
        }
    }

    /// <summary>⌈n/2⌉.</summary>
    public int Pairs { get; }

    /// <summary>B, [n, 64], filled up with zeros.</summary>
    public float* Rows { get; }

    /// <summary>B's factors of sums (even k) and differences (odd k), [n, 32].</summary>
    public float* OfPairs { get; }

    /// <summary>The same by pairs, [⌈n/2⌉, 64], filled up with zeros: those of even k, and from 32 on those of odd k.</summary>
    public float* PairsToRows { get; }

    private static double Value(int n, int k, int j) =>
        Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * ((((2 * j) + 1) * k) % (4 * n)) / (2 * n));

    // With room to begin at a cache line.
    private static float[] Room(int count) => GC.AllocateArray<float>(count + RowOf64.Lanes, pinned: true);

    private static float* Start(float[] pinned) => RowOf64.Align((float*)Unsafe.AsPointer(ref pinned[0]));
}
