using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Runs;

/// <summary>Something that all ranks must have alike, for the replicas of a model to be one model.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What this rank has.</param>
/// <param name="Cure">What to do where ranks differ.</param>
internal sealed record SharedFact(string Name, string Value, string Cure)
{
    private const string Build = "build the same sources alike on all hosts, or share the folder";

    /// <summary>Version and build of the program, and what of the processor libtorch's sums depend on: with AVX2 and with AVX-512 they are the same, with less they are not.</summary>
    public static IReadOnlyList<SharedFact> OfProgram() =>
    [
        new("the program", ProgramBuild.Version, Build),
        new("the program's build", ProgramBuild.Fingerprint(), Build),
        new(
            "the processor",
            $"{RuntimeInformation.ProcessArchitecture}{(Avx2.IsSupported && Fma.IsSupported ? " with AVX2" : "")}",
            "use hosts of one kind, on which sums have the same bits"),
    ];
}

/// <summary>Compares before the first step what all ranks must have alike.</summary>
internal static class SharedByRanks
{
    private const char Separator = '\0';

    /// <summary>Compares every rank with the first; a collective. The lowest rank that differs reports, and all end.</summary>
    /// <param name="group">All ranks.</param>
    /// <param name="facts">What this rank has; the first that differs is told.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: this rank has something else than the first; hosts, thing and both values are named.</exception>
    public static void Require(RankGroup group, IReadOnlyList<SharedFact> facts)
    {
        string host = MpiEnvironment.Current.Host;
        string[] first = group.FromFirst(string.Join(Separator, [host, .. facts.SelectMany(fact => (string[])[fact.Name, fact.Value, fact.Cure])])).Split(Separator);
        var expected = first.Skip(1).Chunk(3).Select(fact => new SharedFact(fact[0], fact[1], fact[2])).ToList();
        group.AllAgree(() => FirstDifference(expected, facts) is not var (fact, theirs, ours) ? true : throw new UserErrorException(
            ExitCode.Environment,
            FormattableString.Invariant(
                $"The ranks differ: {fact.Name} is {InWords(ours)} for rank {group.Communicator.Rank} on {host}, and {InWords(theirs)} for rank 0 on {first[0]}; {fact.Cure}.")));
    }

    /// <summary>The first fact that two ranks do not have alike, with both values; null where a rank has none of that name.</summary>
    internal static (SharedFact Fact, string? Theirs, string? Ours)? FirstDifference(IReadOnlyList<SharedFact> theirs, IReadOnlyList<SharedFact> ours)
    {
        var (there, here) = (theirs.ToDictionary(fact => fact.Name, fact => fact.Value), ours.ToDictionary(fact => fact.Name, fact => fact.Value));
        return theirs.Concat(ours)
            .Where(fact => there.GetValueOrDefault(fact.Name) != here.GetValueOrDefault(fact.Name))
            .Select(fact => ((SharedFact, string?, string?)?)(fact, there.GetValueOrDefault(fact.Name), here.GetValueOrDefault(fact.Name)))
            .FirstOrDefault();
    }

    private static string InWords(string? value) => value is null ? "missing" : value.Length == 0 ? "not set" : value;
}
