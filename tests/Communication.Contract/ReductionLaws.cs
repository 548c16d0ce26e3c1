using System.Runtime.InteropServices;
using Compression.Core.Communication;
using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What all-reduce keeps.</summary>
public static class ReductionLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("all-reduce of floats adds", AllReduceAdds),
        new("all-reduce leaves the same bits everywhere, every time", AllReduceLeavesTheSameBits),
        new("all-reduce of doubles adds, and finds extremes", DoublesAddAndFindExtremes),
    ];

    private static void AllReduceAdds(ICommunicator member)
    {
        // Also about the bounds at which an exchange may divide its buffer.
        int[] bounds = [1 << 12, 1 << 14, 3 << 12, member.WorldSize << 12, member.WorldSize << 13, 1 << 18];
        foreach (int length in (int[])[0, 1, 2, 1023, 1 << 20, (1 << 20) + 3, .. bounds.SelectMany(bound => (int[])[bound - 1, bound, bound + 1])])
        {
            // Small integers, so that the sum is exact in any order.
            float[] values = new float[length];
            for (int index = 0; index < length; index++)
            {
                values[index] = (index % 1000) + member.Rank;
            }

            member.AllReduce(values.AsSpan());
            int n = member.WorldSize;
            for (int index = 0; index < length; index++)
            {
                float expected = (n * (index % 1000)) + (n * (n - 1) / 2);
                if (values[index] != expected)
                {
                    Expect(false, member, $"entry {index} of {length} is {values[index]}, not {expected}");
                }
            }
        }
    }

    private static void AllReduceLeavesTheSameBits(ICommunicator member)
    {
        foreach (int length in (int[])[1, 77, 16_384, 100_003, 1_000_003])
        {
            Random random = new(member.Rank + 1);
            float[] own = new float[length];
            for (int index = 0; index < length; index++)
            {
                own[index] = (float)(random.NextDouble() - 0.5) * MathF.Pow(10, random.Next(-6, 6));
            }

            float[] first = [.. own];
            member.AllReduce(first.AsSpan());
            float[] second = [.. own];
            member.AllReduce(second.AsSpan());
            Expect(SameBits(first, second), member, $"two all-reduces of the same {length} floats differ");

            byte[] ofRoot = MemoryMarshal.AsBytes(first.AsSpan()).ToArray();
            member.Broadcast(ofRoot, 0);
            Expect(MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(ofRoot), member, $"the sum of {length} floats differs from rank 0's");
        }
    }

    private static void DoublesAddAndFindExtremes(ICommunicator member)
    {
        int n = member.WorldSize;
        double[] values = [member.Rank + 0.25, -member.Rank, 1e300];
        double[] sum = [.. values];
        member.AllReduce(sum.AsSpan());
        double[] expected = [(n * (n - 1) / 2) + (0.25 * n), -(n * (n - 1) / 2), 1e300 * n];
        Expect(sum[0] == expected[0] && sum[1] == expected[1] && Math.Abs((sum[2] / expected[2]) - 1) < 1e-12, member, $"the sums are {string.Join(" ", sum)}");

        double[] largest = [.. values];
        member.AllReduce(largest.AsSpan(), ReduceOperation.Max);
        Expect(largest.SequenceEqual([n - 1 + 0.25, 0.0, 1e300]), member, $"the largest are {string.Join(" ", largest)}");

        double[] smallest = [.. values];
        member.AllReduce(smallest.AsSpan(), ReduceOperation.Min);
        Expect(smallest.SequenceEqual([0.25, 1.0 - n, 1e300]), member, $"the smallest are {string.Join(" ", smallest)}");

        member.AllReduce(Span<double>.Empty);
    }

    private static bool SameBits(float[] left, float[] right) =>
        MemoryMarshal.AsBytes(left.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(right.AsSpan()));
}
