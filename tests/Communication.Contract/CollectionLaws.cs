using Compression.Core.Communication;

using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What all-gather, all-to-all and broadcast keep.</summary>
public static class CollectionLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("all-gather brings every payload, whatever its length", AllGatherBringsEveryPayload),
        new("all-to-all delivers section j to member j", AllToAllDelivers),
        new("all-to-all refuses lengths that do not fit", AllToAllRefusesWrongLengths),
        new("broadcast copies from any root", BroadcastCopies),
    ];

    private static void AllGatherBringsEveryPayload(ICommunicator member)
    {
        GatheredPayloads gathered = new();
        Func<int, int>[] lengths =
        [
            rank => 0,
            rank => rank,
            rank => rank == 0 ? 0 : 1000 - rank,
            rank => rank % 2 == 0 ? 3 : 0,
            rank => 65_537,
            rank => 1_000_000 + (rank * 100_003),
            rank => 1,

            // About the bounds at which an exchange may divide a payload; one that is far longer than the others, wherever it comes from.
            rank => (1 << 14) + rank - 1,
            rank => ((rank + 1) << 16) - (rank % 2),
            rank => rank == 0 ? 700_001 : 0,
            rank => rank == 1 ? 700_001 : rank,
        ];
        foreach (Func<int, int> length in lengths)
        {
            member.AllGather(Pattern(length(member.Rank), member.Rank), gathered);
            Expect(gathered.Count == member.WorldSize, member, $"{gathered.Count} payloads came");
            for (int rank = 0; rank < member.WorldSize; rank++)
            {
                Expect(gathered[rank].SequenceEqual(Pattern(length(rank), rank)), member, $"the payload of rank {rank}, {length(rank)} bytes, differs");
            }
        }
    }

    private static void AllToAllDelivers(ICommunicator member)
    {
        GatheredPayloads incoming = new();
        int n = member.WorldSize;
        Func<int, int, int>[] lengths =
        [
            (from, to) => 0,
            (from, to) => (from * 5) + to,
            (from, to) => from == to ? 0 : 1000 + from,
            (from, to) => to == 0 ? 200_001 : 0,
            (from, to) => 250_000,
            (from, to) => (1 << 14) + from - to,
            (from, to) => from == 0 ? to << 15 : 1,
        ];
        foreach (Func<int, int, int> length in lengths)
        {
            int[] sizes = [.. Enumerable.Range(0, n).Select(to => length(member.Rank, to))];
            byte[] outgoing = [.. Enumerable.Range(0, n).SelectMany(to => Pattern(sizes[to], member.Rank, to))];
            member.AllToAll(outgoing, sizes, incoming);
            Expect(incoming.Count == n, member, $"{incoming.Count} sections came");
            for (int from = 0; from < n; from++)
            {
                Expect(
                    incoming[from].SequenceEqual(Pattern(length(from, member.Rank), from, member.Rank)),
                    member,
                    $"the section of rank {from}, {length(from, member.Rank)} bytes, differs");
            }
        }
    }

    private static void AllToAllRefusesWrongLengths(ICommunicator member)
    {
        // Every member errs alike, so that none is left waiting.
        int[] tooLong = [.. Enumerable.Repeat(2, member.WorldSize)];
        Expect(Refuses(() => member.AllToAll(new byte[member.WorldSize], tooLong, new GatheredPayloads())), member, "lengths beyond the bytes were taken");
        int[] tooMany = new int[member.WorldSize + 1];
        Expect(Refuses(() => member.AllToAll([], tooMany, new GatheredPayloads())), member, "lengths for more members than there are were taken");
    }

    private static bool Refuses(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void BroadcastCopies(ICommunicator member)
    {
        for (int root = 0; root < member.WorldSize; root++)
        {
            foreach (int length in (int[])[0, 1, 4099, 2_000_003])
            {
                byte[] data = member.Rank == root ? Pattern(length, root) : new byte[length];
                member.Broadcast(data, root);
                Expect(data.AsSpan().SequenceEqual(Pattern(length, root)), member, $"{length} bytes of root {root} differ");
            }
        }
    }
}
