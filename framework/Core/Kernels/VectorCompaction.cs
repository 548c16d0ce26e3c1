using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>Writes the chosen lanes of a vector one after another.</summary>
internal static unsafe class VectorCompaction
{
    /// <summary>Appends positions and values of the chosen lanes.</summary>
    /// <param name="chosen">All bits of a lane set where it is chosen.</param>
    /// <param name="places">The positions.</param>
    /// <param name="lanes">The values.</param>
    /// <param name="positions">Room for 16 positions, of which the chosen ones count; may overlap what was loaded.</param>
    /// <param name="values">Room for 16 values, alike.</param>
    /// <returns>Number of chosen lanes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(Vector512<uint> chosen, Vector512<int> places, Vector512<float> lanes, int* positions, float* values)
    {
        ulong bits = chosen.ExtractMostSignificantBits();
        if (Avx512F.IsSupported)
        {
            Avx512F.Compress(Vector512<int>.Zero, chosen.AsInt32(), places).Store(positions);
            Avx512F.Compress(Vector512<float>.Zero, chosen.AsSingle(), lanes).Store(values);
        }
        else
        {
            int taken = 0;
            for (ulong rest = bits; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                positions[taken] = places.GetElement(lane);
                values[taken++] = lanes.GetElement(lane);
            }
        }

        return BitOperations.PopCount(bits);
    }
}
