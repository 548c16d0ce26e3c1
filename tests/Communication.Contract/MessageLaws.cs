using System.Diagnostics;
using Compression.Core.Communication;
using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What send, receive and barrier keep.</summary>
public static class MessageLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("a message goes round the ring", GoesRoundTheRing, Members: 2),
        new("messages with different tags are told apart", TagsTellApart, Members: 2),
        new("nobody passes a barrier before all have come", BarrierWaitsForAll),
    ];

    private static void GoesRoundTheRing(ICommunicator member)
    {
        int n = member.WorldSize;
        int next = (member.Rank + 1) % n;
        int previous = (member.Rank + n - 1) % n;
        foreach (int length in (int[])[0, 1, 777, 3_000_001])
        {
            byte[] token = new byte[length];
            if (member.Rank == 0)
            {
                token = Pattern(length, 5);
                member.Send(token, next, 3);
                Array.Clear(token);
                member.Receive(token, previous, 3);
            }
            else
            {
                member.Receive(token, previous, 3);
                member.Send(token, next, 3);
            }

            Expect(token.AsSpan().SequenceEqual(Pattern(length, 5)), member, $"the token of {length} bytes changed on its way");
        }
    }

    private static void TagsTellApart(ICommunicator member)
    {
        // Small enough for every transport to take them before they are asked for.
        if (member.Rank == 0)
        {
            member.Send(Pattern(8, 1), 1, 1);
            member.Send(Pattern(8, 2), 1, 2);
        }
        else if (member.Rank == 1)
        {
            byte[] data = new byte[8];
            member.Receive(data, 0, 2);
            Expect(data.AsSpan().SequenceEqual(Pattern(8, 2)), member, "tag 2 brought something else");
            member.Receive(data, 0, 1);
            Expect(data.AsSpan().SequenceEqual(Pattern(8, 1)), member, "tag 1 brought something else");
        }
    }

    private static void BarrierWaitsForAll(ICommunicator member)
    {
        // All members are on one host, so they read one clock: the last to come comes before the first to go. Rank 0 comes once it
        // has heard from all others, which would be gone by then if the barrier did not hold them.
        byte[] word = new byte[1];
        for (int round = 0; round < 5; round++)
        {
            for (int rank = 1; rank < member.WorldSize && member.Rank == 0; rank++)
            {
                member.Receive(word, rank, 10);
            }

            if (member.Rank != 0)
            {
                member.Send(word, 0, 10);
            }

            double[] came = [Stopwatch.GetTimestamp()];
            member.Barrier();
            double[] went = [Stopwatch.GetTimestamp()];
            member.AllReduce(came.AsSpan(), ReduceOperation.Max);
            member.AllReduce(went.AsSpan(), ReduceOperation.Min);
            Expect(came[0] <= went[0], member, "somebody passed the barrier before all had come");
        }
    }
}
