using Compression.Core.Communication;

using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What exchanges that go on by themselves keep.</summary>
public static class PendingLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("a pending all-reduce brings what the blocking one does", PendingReduction),
        new("a pending all-gather brings what the blocking one does", PendingGather),
        new("several pending exchanges end in any order", SeveralEndInAnyOrder),
        new("pending messages go both ways at once and end in any order", PendingMessages, Members: 2),
        new("a message may come between start and end of an all-gather", MessagesComeBetween),
        new("a collective may come between start and end of an all-gather", CollectivesComeBetween),
    ];

    private static void PendingReduction(ICommunicator member)
    {
        foreach (int length in (int[])[0, 1, 100_001])
        {
            float[] values = new float[length];
            Array.Fill(values, member.Rank + 1f);
            IPendingExchange exchange = member.BeginAllReduce(values);
            while (!exchange.Poll())
            {
            }

            exchange.Wait();
            Expect(exchange.Poll(), member, "an exchange that has ended is no longer there");
            float expected = member.WorldSize * (member.WorldSize + 1) / 2;
            Expect(Array.TrueForAll(values, value => value == expected), member, $"a sum of {length} floats is not {expected}");
        }
    }

    private static void PendingGather(ICommunicator member)
    {
        GatheredPayloads gathered = new();
        Func<int, int>[] lengths = [rank => 0, rank => rank * 3, rank => 400_000 + rank];
        foreach (Func<int, int> length in lengths)
        {
            IPendingExchange exchange = member.BeginAllGather(Pattern(length(member.Rank), member.Rank), gathered);
            exchange.Wait();
            exchange.Wait();
            ExpectPayloads(member, gathered, length, 0);
        }
    }

    private static void SeveralEndInAnyOrder(ICommunicator member)
    {
        const int Exchanges = 6;
        GatheredPayloads[] gathered = new GatheredPayloads[Exchanges];
        float[][] values = new float[Exchanges][];
        IPendingExchange[] gathers = new IPendingExchange[Exchanges];
        IPendingExchange[] sums = new IPendingExchange[Exchanges];
        for (int index = 0; index < Exchanges; index++)
        {
            gathered[index] = new GatheredPayloads();
            values[index] = [member.Rank, index];
            gathers[index] = member.BeginAllGather(Pattern(Length(member.Rank, index), member.Rank, index), gathered[index]);
            sums[index] = member.BeginAllReduce(values[index]);
        }

        // Even ranks from the first, odd ranks from the last.
        for (int turn = 0; turn < Exchanges; turn++)
        {
            int index = member.Rank % 2 == 0 ? turn : Exchanges - 1 - turn;
            sums[index].Wait();
            gathers[index].Wait();
        }

        int n = member.WorldSize;
        for (int index = 0; index < Exchanges; index++)
        {
            int which = index;
            ExpectPayloads(member, gathered[index], rank => Length(rank, which), index);
            Expect(values[index].SequenceEqual([n * (n - 1) / 2, index * n]), member, $"sum {index} is {string.Join(" ", values[index])}");
        }

        static int Length(int rank, int index) => (rank + 1) * index * 10_001;
    }

    // Each sends to both neighbours before it receives: with sends that wait for the receiver nobody would get on.
    private static void PendingMessages(ICommunicator member)
    {
        const int Messages = 3;
        int n = member.WorldSize;
        foreach (int length in (int[])[0, 8, 600_011])
        {
            foreach (int distance in (int[])[1, n - 1])
            {
                int to = (member.Rank + distance) % n, from = (member.Rank + n - distance) % n;
                List<IPendingExchange> sends = [.. Enumerable.Range(0, Messages).Select(message => member.BeginSend(Pattern(length, member.Rank, message), to, 30 + message))];
                byte[][] received = [.. Enumerable.Range(0, Messages).Select(_ => new byte[length])];
                IPendingExchange[] receives = [.. received.Select((data, message) => member.BeginReceive(data, from, 30 + message))];
                for (int turn = 0; turn < Messages; turn++)
                {
                    int message = member.Rank % 2 == 0 ? turn : Messages - 1 - turn;
                    while (turn == 0 && !receives[message].Poll())
                    {
                    }

                    receives[message].Wait();
                    Expect(received[message].AsSpan().SequenceEqual(Pattern(length, from, message)), member, $"message {message} of {length} bytes changed on its way");
                }

                sends.ForEach(send => send.Wait());
                Expect(sends.TrueForAll(send => send.Poll()), member, "a send that has ended is no longer there");
            }
        }
    }

    private static void MessagesComeBetween(ICommunicator member)
    {
        GatheredPayloads gathered = new();
        IPendingExchange exchange = member.BeginAllGather(Pattern(50_000, member.Rank), gathered);
        byte[] word = new byte[1];
        if (member.Rank == 0)
        {
            // The others send only once they have all payloads, this rank's among them.
            for (int rank = 1; rank < member.WorldSize; rank++)
            {
                member.Receive(word, rank, 20);
            }

            exchange.Wait();
        }
        else
        {
            exchange.Wait();
            member.Send(word, 0, 20);
        }

        ExpectPayloads(member, gathered, _ => 50_000, 0);
    }

    private static void CollectivesComeBetween(ICommunicator member)
    {
        GatheredPayloads gathered = new();
        double[] sum = [1];
        IPendingExchange exchange = member.BeginAllGather(Pattern(50_000, member.Rank), gathered);
        if (member.Rank % 2 == 0)
        {
            member.AllReduce(sum.AsSpan());
            exchange.Wait();
        }
        else
        {
            exchange.Wait();
            member.AllReduce(sum.AsSpan());
        }

        Expect(sum[0] == member.WorldSize, member, $"the sum of ones is {sum[0]}");
        ExpectPayloads(member, gathered, _ => 50_000, 0);
    }

    private static void ExpectPayloads(ICommunicator member, GatheredPayloads gathered, Func<int, int> length, int to)
    {
        for (int rank = 0; rank < member.WorldSize; rank++)
        {
            Expect(gathered[rank].SequenceEqual(Pattern(length(rank), rank, to)), member, $"the payload of rank {rank}, {length(rank)} bytes, differs");
        }
    }
}
