using Compression.Communication.Contract;
using Compression.Core.Communication;

namespace Compression.Mpi.Ranks;

/// <summary>A collective whose buffers have grown to their size allocates nothing more, in the world and in a group.</summary>
internal static class Allocations
{
    private const int Rounds = 5;
    private const int Steps = 50;

    public static void Check(MpiCommunicator world)
    {
        Check(world, "world");
        using MpiCommunicator group = world.Split(world.Rank / 2, world.Rank);
        Check(group, "group");
    }

    private static void Check(MpiCommunicator communicator, string where)
    {
        // Some of each go as messages of this project's own where every rank has a host.
        float[] few = new float[8], many = new float[100_000];
        double[] doubles = new double[3];
        byte[] payload = new byte[100 + communicator.Rank], large = new byte[200_000];
        int[] lengths = [.. Enumerable.Repeat(7, communicator.WorldSize)];
        byte[] sections = new byte[7 * lengths.Length];
        GatheredPayloads gathered = new(), received = new();
        (string Name, Action Collective)[] collectives =
        [
            ("an all-reduce of few floats", () => communicator.AllReduce(few.AsSpan())),
            ("an all-reduce of many floats", () => communicator.AllReduce(many.AsSpan())),
            ("an all-reduce of doubles", () => communicator.AllReduce(doubles.AsSpan(), ReduceOperation.Max)),
            ("an all-gather of few bytes", () => communicator.AllGather(payload, gathered)),
            ("an all-gather of many bytes", () => communicator.AllGather(large, gathered)),
            ("an all-to-all", () => communicator.AllToAll(sections, lengths, received)),
            ("a broadcast", () => communicator.Broadcast(payload.AsSpan(0, 100), 0)),
            ("a barrier", communicator.Barrier),
        ];
        foreach (var (name, collective) in collectives)
        {
            // What is needed once, such as an import that a longer wait first uses, may come in some of the rounds.
            long bytes = Enumerable.Range(0, Rounds).Min(_ => BytesOf(collective));
            if (bytes != 0)
            {
                throw new LawBrokenException($"{Steps} times {name} in the {where} allocate {bytes} bytes");
            }
        }
    }

    private static long BytesOf(Action collective)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < Steps; step++)
        {
            collective();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
