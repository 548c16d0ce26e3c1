using Compression.Core.Reporting;

namespace Compression.Mpi.Launching;

/// <summary>A job to start.</summary>
public sealed record MpiLaunchOptions
{
    /// <summary>Number of ranks, at least 1.</summary>
    public required int Ranks { get; init; }

    /// <summary>The hosts; null for this host alone.</summary>
    public HostList? Hosts { get; init; }

    /// <summary>
    /// Longest time in which all ranks must have joined (<see cref="MpiCommunicator.Start"/>), each of them; null waits for ever. Until they have, what
    /// comes on standard error is held back, as the failure of a host tells of itself there.
    /// </summary>
    public TimeSpan? JoinWithin { get; init; }

    /// <summary>Variables that all ranks get, beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What a message calls a rank that a signal ended.</summary>
    public Func<int, string> NameOfRank { get; init; } = Number;

    /// <summary>A rank by its number.</summary>
    public static string Number(int rank) => FormattableString.Invariant($"rank {rank}");

    /// <exception cref="UserErrorException">A value makes no sense (2).</exception>
    internal void Validate()
    {
        if (Ranks < 1)
        {
            throw new UserErrorException(
                ExitCode.Usage, FormattableString.Invariant($"A job needs at least 1 rank, not {Ranks}."));
        }
    }
}
