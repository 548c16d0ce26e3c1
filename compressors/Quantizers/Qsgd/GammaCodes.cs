using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>The codes of <see cref="SignedGamma"/> for 64 levels at once, two levels joined in each lane.</summary>
internal static unsafe class GammaCodes
{
    /// <summary>Computes P, the power of two in |level| + 1, by comparisons; a code is P + 2P·(|level| + 1 − P + P·[level &lt; 0]).</summary>
    /// <param name="levels">The levels.</param>
    /// <param name="largest">The largest magnitude that occurs.</param>
    /// <param name="codes">Takes 32 pairs of codes.</param>
    /// <param name="lengths">Takes the bits of each pair.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Make(Vector512<sbyte> levels, int largest, uint* codes, uint* lengths)
    {
        var magnitudes = Vector512.Abs(levels);

        // A comparison that holds is −1.
        var power = Vector512<byte>.One;
        var length = Vector512<sbyte>.One - Vector512.GreaterThan(magnitudes, Vector512<sbyte>.Zero);
        for (int next = 2; next - 1 <= largest; next *= 2)
        {
            var reaches = Vector512.GreaterThan(magnitudes, Vector512.Create((sbyte)(next - 2)));
            power += power & reaches.AsByte();
            length -= reaches + reaches;
        }

        var (negativeLow, negativeHigh) = Vector512.Widen(Vector512.LessThan(levels, Vector512<sbyte>.Zero));
        var (powerLow, powerHigh) = Vector512.Widen(power);
        var (magnitudeLow, magnitudeHigh) = Vector512.Widen(magnitudes.AsByte());
        var (lengthLow, lengthHigh) = Vector512.Widen(length.AsByte());
        Pair(Code(magnitudeLow, powerLow, negativeLow.AsUInt16()), lengthLow, codes, lengths);
        Pair(Code(magnitudeHigh, powerHigh, negativeHigh.AsUInt16()), lengthHigh, codes + Vector512<uint>.Count, lengths + Vector512<uint>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> Code(Vector512<ushort> magnitudes, Vector512<ushort> powers, Vector512<ushort> negative) =>
        powers + ((powers + powers) * (magnitudes + Vector512<ushort>.One - powers + (powers & negative)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(Vector512<ushort> codes, Vector512<ushort> lengths, uint* pairs, uint* pairLengths)
    {
        var lower = Vector512.Create((uint)ushort.MaxValue);
        var firstLength = lengths.AsUInt32() & lower;
        var joined = (codes.AsUInt32() & lower) | VectorShift.Left(codes.AsUInt32() >> 16, firstLength);
        joined.Store(pairs);
        (firstLength + (lengths.AsUInt32() >> 16)).Store(pairLengths);
    }
}
