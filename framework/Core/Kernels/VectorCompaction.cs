using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>
/// Writes the chosen lanes of a vector one after another. With vectors of 512 bits there is no branch on how many are chosen: at a few per
/// cent no processor would foresee it, and the writes cost less.
/// </summary>
public static unsafe class VectorCompaction
{
    // For each set of 8 lanes, the chosen ones in ascending order, a byte each from the lowest upwards.
    private static readonly ulong[] s_orders = [.. Enumerable.Range(0, 256).Select(OrderOf)];

    /// <summary>Appends positions and values of the chosen lanes of consecutive elements.</summary>
    /// <param name="chosen">All bits of a lane set where it is chosen.</param>
    /// <param name="first">Position of the first lane.</param>
    /// <param name="lanes">The values.</param>
    /// <param name="positions">Room for 16 positions, of which the chosen ones count.</param>
    /// <param name="values">Room for 16 values, alike.</param>
    /// <returns>Number of chosen lanes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(Vector512<uint> chosen, int first, Vector512<float> lanes, int* positions, float* values)
    {
        if (Avx512F.IsSupported)
        {
            return Compress(chosen, Vector512<int>.Indices + Vector512.Create(first), lanes, positions, values);
        }

        return chosen == Vector512<uint>.Zero ? 0 : AppendNarrow(chosen, first, lanes, positions, values);
    }

    /// <summary>Appends positions and values of the chosen lanes of elements that were collected before.</summary>
    /// <param name="chosen">All bits of a lane set where it is chosen.</param>
    /// <param name="places">The 16 positions; those appended may overlap them, if they do not go further up.</param>
    /// <param name="lanes">The values.</param>
    /// <param name="positions">Room for 16 positions, of which the chosen ones count.</param>
    /// <param name="values">Room for 16 values, alike.</param>
    /// <returns>Number of chosen lanes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(Vector512<uint> chosen, int* places, Vector512<float> lanes, int* positions, float* values)
    {
        if (Avx512F.IsSupported)
        {
            return Compress(chosen, Vector512.Load(places), lanes, positions, values);
        }

        int taken = 0;
        for (ulong rest = chosen.ExtractMostSignificantBits(); rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            positions[taken] = places[lane];
            values[taken++] = lanes.GetElement(lane);
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Compress(Vector512<uint> chosen, Vector512<int> places, Vector512<float> lanes, int* positions, float* values)
    {
        Avx512F.Compress(Vector512<int>.Zero, chosen.AsInt32(), places).Store(positions);
        Avx512F.Compress(Vector512<float>.Zero, chosen.AsSingle(), lanes).Store(values);
        return BitOperations.PopCount(chosen.ExtractMostSignificantBits());
    }

    // Not inlined: where vectors of 512 bits are made of smaller ones, the loops that call this are as long as the compiler bears.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AppendNarrow(Vector512<uint> chosen, int first, Vector512<float> lanes, int* positions, float* values)
    {
        if (Avx2.IsSupported)
        {
            int lower = AppendHalf(chosen.GetLower(), first, lanes.GetLower(), positions, values);
            return lower + AppendHalf(chosen.GetUpper(), first + Vector256<int>.Count, lanes.GetUpper(), positions + lower, values + lower);
        }

        int taken = 0;
        for (ulong rest = chosen.ExtractMostSignificantBits(); rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            positions[taken] = first + lane;
            values[taken++] = lanes.GetElement(lane);
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AppendHalf(Vector256<uint> chosen, int first, Vector256<float> lanes, int* positions, float* values)
    {
        uint bits = chosen.ExtractMostSignificantBits();
        var order = Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(s_orders[bits]).AsByte());
        (order + Vector256.Create(first)).Store(positions);
        Avx2.PermuteVar8x32(lanes, order).Store(values);
        return BitOperations.PopCount(bits);
    }

    private static ulong OrderOf(int bits)
    {
        ulong order = 0;
        for (int lane = 7; lane >= 0; lane--)
        {
            order = ((bits >> lane) & 1) == 0 ? order : (order << 8) | (uint)lane;
        }

        return order;
    }
}
