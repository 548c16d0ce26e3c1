using Compression.Core.Communication;
using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What send, receive and barrier keep.</summary>
public static class MessageLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("a message goes round the ring", GoesRoundTheRing),
        new("messages with different tags are told apart", TagsTellApart),
        new("nobody passes a barrier before all have come", BarrierWaitsForAll),
    ];

    private static void GoesRoundTheRing(ICommunicator member)
    {
        int n = member.WorldSize;
        if (n == 1)
        {
            return;
        }

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
        if (member.WorldSize == 1)
        {
            return;
        }

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
        // Rank 0 comes only after it has heard from all others that they are about to come; were the barrier no barrier, the
        // answer that they wait for afterwards would be missing.
        byte[] word = new byte[1];
        for (int round = 0; round < 3; round++)
        {
            if (member.Rank == 0)
            {
                for (int rank = 1; rank < member.WorldSize; rank++)
                {
                    member.Receive(word, rank, 10);
                }

                member.Barrier();
            }
            else
            {
                member.Send(word, 0, 10);
                member.Barrier();
            }
        }
    }
}
