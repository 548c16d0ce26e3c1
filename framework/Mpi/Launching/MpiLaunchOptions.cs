using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Mpi.Launching;

/// <summary>A job to start.</summary>
public sealed record MpiLaunchOptions
{
    /// <summary>Number of ranks, at least 1.</summary>
    public required int Ranks { get; init; }

    /// <summary>
    /// File that names the hosts, in the launcher's own format (MPICH: <c>host:slots</c>; Open MPI: <c>host slots=N</c>); null for
    /// this host alone.
    /// </summary>
    public string? HostFile { get; init; }

    /// <summary>Variables that all ranks get, beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What a message calls a rank that a signal ended.</summary>
    public Func<int, string> NameOfRank { get; init; } = Number;

    /// <summary>A rank by its number.</summary>
    public static string Number(int rank) => string.Create(CultureInfo.InvariantCulture, $"rank {rank}");

    /// <exception cref="UserErrorException">A value makes no sense (2).</exception>
    internal void Validate()
    {
        if (Ranks < 1)
        {
            throw new UserErrorException(
                ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"A job needs at least 1 rank, not {Ranks}."));
        }

        if (HostFile is null)
        {
            return;
        }

        if (!File.Exists(HostFile))
        {
            throw new UserErrorException(ExitCode.Usage, $"The host file {HostFile} does not exist.");
        }

        if (!File.ReadLines(HostFile).Any(NamesHost))
        {
            throw new UserErrorException(ExitCode.Usage, $"The host file {HostFile} names no host; give one host a line.");
        }
    }

    private static bool NamesHost(string line) => line.Trim() is { Length: > 0 } text && text[0] != '#';
}
