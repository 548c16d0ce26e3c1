using Compression.Core.Communication;

using static Compression.Communication.Contract.CommunicatorLaw;

namespace Compression.Communication.Contract;

/// <summary>What groups of workers keep.</summary>
public static class GroupLaws
{
    public static IReadOnlyList<CommunicatorLaw> All { get; } =
    [
        new("a group holds those of one colour, ordered by their keys", HoldsOneColour),
        new("groups exchange beside each other, and beside the world", GroupsDoNotMix),
        new("a group may be divided again", DividesAgain),
    ];

    private static void HoldsOneColour(ICommunicator member)
    {
        int color = member.Rank % 2;
        using var group = member.Split(color, -member.Rank);
        int[] expected = [.. Enumerable.Range(0, member.WorldSize).Where(rank => rank % 2 == color).OrderDescending()];
        Expect(group.WorldSize == expected.Length, member, $"its group has {group.WorldSize} members, not {expected.Length}");
        Expect(expected[group.Rank] == member.Rank, member, $"it is {group.Rank} in its group");
        double[] sum = [member.Rank];
        group.AllReduce(sum.AsSpan());
        Expect(sum[0] == expected.Sum(), member, $"the ranks of its group add up to {sum[0]}, not {expected.Sum()}");
    }

    // In blocks of three, with one tag for all messages.
    private static void GroupsDoNotMix(ICommunicator member)
    {
        using var group = member.Split(member.Rank / 3, member.Rank);
        int n = group.WorldSize, next = (group.Rank + 1) % n, previous = (group.Rank + n - 1) % n;
        int worldNext = (member.Rank + 1) % member.WorldSize, worldPrevious = (member.Rank + member.WorldSize - 1) % member.WorldSize;
        byte[] inGroup = new byte[900], inWorld = new byte[700];
        var toWorld = member.BeginSend(Pattern(700, member.Rank, 1), worldNext, 5);
        var toGroup = group.BeginSend(Pattern(900, member.Rank, 2), next, 5);
        group.Receive(inGroup, previous, 5);
        member.Receive(inWorld, worldPrevious, 5);
        toWorld.Wait();
        toGroup.Wait();
        Expect(inGroup.AsSpan().SequenceEqual(Pattern(900, (member.Rank / 3 * 3) + previous, 2)), member, "a message of the group differs");
        Expect(inWorld.AsSpan().SequenceEqual(Pattern(700, worldPrevious, 1)), member, "a message of the world differs");

        float[] sum = [1];
        group.AllReduce(sum.AsSpan());
        member.AllReduce(sum.AsSpan());
        int blocks = member.WorldSize / 3, left = member.WorldSize % 3;
        Expect(sum[0] == (9 * blocks) + (left * left), member, $"sums over groups add up to {sum[0]}");
    }

    private static void DividesAgain(ICommunicator member)
    {
        using var half = member.Split(member.Rank % 2, member.Rank);
        using var alone = half.Split(half.Rank, 0);
        double[] sum = [7];
        alone.AllReduce(sum.AsSpan());
        Expect(alone.WorldSize == 1 && sum[0] == 7, member, "a group of one is not alone");
    }
}
