using System.Runtime.InteropServices;
using Compression.Communication.Contract;
using Compression.Core.Communication;

namespace Compression.Mpi.Ranks;

/// <summary>Ranks with a host each add floats up in the order of ranks, as virtual workers do: the same bits, at every length that is divided.</summary>
internal static class SumsInOrder
{
    public static void Check(MpiCommunicator world)
    {
        int n = world.WorldSize;
        using var cluster = new InProcessCluster(n);
        foreach (int length in (int[])[n << 12, (n << 12) + 1, (n << 13) - 1, 65_537, 300_007])
        {
            float[][] virtualSums = [.. Enumerable.Range(0, n).Select(rank => Values(rank, length))];
            cluster.Run(member => member.AllReduce(virtualSums[member.Rank].AsSpan()));
            float[] sum = Values(world.Rank, length);
            world.AllReduce(sum.AsSpan());
            if (!MemoryMarshal.AsBytes(sum.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(virtualSums[world.Rank].AsSpan())))
            {
                throw new LawBrokenException($"the sum of {length} floats has other bits than on virtual workers");
            }
        }
    }

    // Of such unlike magnitudes that another order gives other bits.
    private static float[] Values(int rank, int length)
    {
        var random = new Random((1000 * rank) + length);
        float[] values = new float[length];
        foreach (ref float value in values.AsSpan())
        {
            value = (float)(random.NextDouble() - 0.5) * MathF.Pow(10, random.Next(-6, 6));
        }

        return values;
    }
}
