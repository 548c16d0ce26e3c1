using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// IEEE 754 binary16: 5 exponent bits, 10 mantissa bits, subnormals down to 2⁻²⁴. Encoding saturates: magnitudes above 65504, infinities too,
/// become 65504. A NaN stays one (0x7E00 and the sign).
/// </summary>
public readonly struct Float16Format : IHalfwordFormat
{
    /// <summary>The largest finite value.</summary>
    public const float Largest = 65504;

    private const uint Infinity32 = 0x7F800000;
    private const uint QuietNaN16 = 0x7E00;

    // 2⁻¹⁴, the smallest normal value of the format, in bits of a float32.
    private const uint SmallestNormal = (127 - 14) << 23;

    // How far the two formats' exponents are apart.
    private const uint Rebias = (127 - 15) << 23;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Encode(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var magnitude = bits & Vector512.Create(0x7FFFFFFFu);
        var sign = (bits ^ magnitude) >> 16;
        var isNaN = Vector512.GreaterThan(magnitude, Vector512.Create(Infinity32));
        var clamped = Vector512.Min(magnitude, Vector512.Create(BitConverter.SingleToUInt32Bits(Largest)));

        // Half a unit less one, plus the last bit that stays: a carry rounds up, a tie only if that bit is odd.
        var even = (clamped >> 13) & Vector512<uint>.One;
        var normal = (clamped - Vector512.Create(Rebias - 0xFFFu) + even) >> 13;

        // A subnormal counts in units of 2⁻²⁴, which is the last place of 0.5: the addition rounds.
        var half = Vector512.Create(0.5f);
        var subnormal = (clamped.AsSingle() + half).AsUInt32() - half.AsUInt32();
        var isSubnormal = Vector512.LessThan(clamped, Vector512.Create(SmallestNormal));
        var code = Vector512.ConditionalSelect(isSubnormal, subnormal, normal);
        return Vector512.ConditionalSelect(isNaN, Vector512.Create(QuietNaN16), code) | sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Decode(Vector512<uint> codes)
    {
        var exponentAndMantissa = (codes & Vector512.Create(0x7FFFu)) << 13;
        var sign = (codes & Vector512.Create(0x8000u)) << 16;
        var exponent = exponentAndMantissa & Vector512.Create(0x1Fu << 23);
        var normal = exponentAndMantissa + Vector512.Create(Rebias);
        var isSpecial = Vector512.Equals(exponent, Vector512.Create(0x1Fu << 23));
        normal += isSpecial & Vector512.Create(Rebias);

        // A subnormal m·2⁻²⁴ as 2⁻¹⁴ + m·2⁻²⁴, less 2⁻¹⁴: exact, and no float32 subnormal slows it down.
        var smallest = Vector512.Create(SmallestNormal);
        var subnormal = ((exponentAndMantissa | smallest).AsSingle() - smallest.AsSingle()).AsUInt32();
        var isSubnormal = Vector512.Equals(exponent, Vector512<uint>.Zero);
        return (Vector512.ConditionalSelect(isSubnormal, subnormal, normal) | sign).AsSingle();
    }
}
