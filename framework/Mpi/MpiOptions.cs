namespace Compression.Mpi;

/// <summary>How a rank joins its job.</summary>
public sealed record MpiOptions
{
    /// <summary>
    /// Longest time that one exchange may take, peers' lateness included; then it ends as a
    /// <see cref="Core.Communication.CommunicationException"/>. Null waits for ever.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Asks for <c>MPI_THREAD_MULTIPLE</c>: several communicators used by several threads at once.</summary>
    public bool ThreadMultiple { get; init; }

    /// <summary>
    /// Whether every rank has a host, and so a link, of its own; the same on all ranks. Large exchanges then take ways that fill the links. Null: as the launcher says.
    /// </summary>
    public bool? OneRankPerHost { get; init; }
}
