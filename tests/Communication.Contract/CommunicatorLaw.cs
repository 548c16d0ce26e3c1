using Compression.Core.Communication;

namespace Compression.Communication.Contract;

/// <summary>
/// Something that every communicator keeps, checked from inside: all members run <see cref="Check"/>, each with its own view.
/// These files are compiled into every project that has a communicator to test, so they know no test framework.
/// </summary>
/// <param name="Name">As tests and messages call it.</param>
/// <param name="Check">Throws <see cref="LawBrokenException"/> in the members that see it broken.</param>
/// <param name="Members">The fewest members among whom it says anything.</param>
public sealed record CommunicatorLaw(string Name, Action<ICommunicator> Check, int Members = 1)
{
    /// <summary>All laws. Members run them in this order.</summary>
    public static IReadOnlyList<CommunicatorLaw> All { get; } = [.. ReductionLaws.All, .. CollectionLaws.All, .. MessageLaws.All, .. PendingLaws.All, .. GroupLaws.All];

    /// <summary>The laws that say something among so many members.</summary>
    public static IEnumerable<CommunicatorLaw> Among(int members) => All.Where(law => law.Members <= members);

    public override string ToString() => Name;

    internal static void Expect(bool holds, ICommunicator member, string otherwise)
    {
        if (!holds)
        {
            throw new LawBrokenException($"rank {member.Rank} of {member.WorldSize}: {otherwise}");
        }
    }

    /// <summary>Bytes that tell who made them, for whom, and where a shifted copy shows.</summary>
    internal static byte[] Pattern(int length, int from, int to = 0)
    {
        byte[] bytes = new byte[length];
        for (int index = 0; index < length; index++)
        {
            bytes[index] = (byte)((index * 31) + (from * 101) + (to * 17) + 7);
        }

        return bytes;
    }
}
