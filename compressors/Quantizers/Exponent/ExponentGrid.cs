namespace Compression.Compressors.Quantizers.Exponent;

/// <summary>Signed powers of two from 2^e downwards, each written in 4 bits: k = 0 to 7 for 2^(e−k), plus 8 for negative.</summary>
/// <param name="Top">e, −149 to 127.</param>
/// <param name="HasZero">k = 7 stands for 0 in place of 2^(e−7).</param>
public readonly record struct ExponentGrid(int Top, bool HasZero)
{
    /// <summary>Bits of a value.</summary>
    public const int Bits = 4;

    /// <summary>The largest k.</summary>
    public const int LastCode = 7;

    /// <summary>
    /// The grid of values: e = ⌊log₂ M⌋ of the greatest magnitude M. It needs a zero if the least magnitude rounds to less than 2^(e−7).
    /// </summary>
    /// <param name="least">The least magnitude.</param>
    /// <param name="greatest">The greatest, finite and above 0.</param>
    public static ExponentGrid For(float least, float greatest)
    {
        int top = Math.ILogB(greatest);
        return new ExponentGrid(top, HasZero: least < 1.5 * Math.ScaleB(1, top - LastCode - 1));
    }
}
