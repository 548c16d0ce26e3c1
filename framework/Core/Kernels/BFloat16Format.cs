using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// bfloat16: the upper half of a float32, 8 exponent bits and 7 mantissa bits. NaN stays NaN, infinities stay, subnormals round as all others
/// do; a magnitude of 2¹²⁸ − 2¹¹⁹ or more (3.396·10³⁸) becomes infinite, as rounding to nearest demands.
/// </summary>
public readonly struct BFloat16Format : IHalfwordFormat
{
    private const uint Infinity32 = 0x7F800000;

    // Set in every quiet NaN, and in what is left of one whose lower half held all its bits.
    private const uint QuietBit = 0x40;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Encode(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var upper = bits >> 16;
        var isNaN = Vector512.GreaterThan(bits & Vector512.Create(0x7FFFFFFFu), Vector512.Create(Infinity32));

        // Half a unit less one, plus the last bit that stays: a carry rounds up, a tie only if that bit is odd.
        var rounded = (bits + Vector512.Create(0x7FFFu) + (upper & Vector512<uint>.One)) >> 16;
        return Vector512.ConditionalSelect(isNaN, upper | Vector512.Create(QuietBit), rounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Decode(Vector512<uint> codes) => (codes << 16).AsSingle();
}
