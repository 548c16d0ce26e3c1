using System.Text.RegularExpressions;
using Compression.Core.Reporting;

namespace Compression.Mpi.Launching;

/// <summary>Why a job could not come together, in one line that names who is missing, and nobody else.</summary>
/// <param name="options">The job.</param>
/// <param name="placement">The host of each rank; null where all run here, or it is not known.</param>
/// <param name="remarks">What the job has said.</param>
/// <param name="printed">What came on its standard error.</param>
internal sealed class JoinFailure(MpiLaunchOptions options, IReadOnlyList<JobHost>? placement, JobRemarks remarks, string printed)
{
    // What a shell says of a program that it does not find, and ssh where it comes to no connection.
    private const int NoSuchProgram = 127;
    private const int NoConnection = 255;

    private const string Advice = "; is it up, and does ssh reach it without a password?";

    private readonly string[] _lines = string.Concat(remarks.Kept.Append(printed)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    private readonly IReadOnlyList<JobHost> _hosts = [.. (placement ?? []).Distinct()];

    /// <summary>How the job ends, and what it says.</summary>
    /// <param name="reaching">What reached the hosts, in their order, when the job was given up.</param>
    public (ExitCode Code, string Message) Describe(IReadOnlyList<ProcessEntry> reaching)
    {
        if (remarks.Unstartable is { } unstartable)
        {
            string where = unstartable.Host is { } place && place < _hosts.Count ? Name(_hosts[place]) : Environment.MachineName;
            return (ExitCode.Environment, $"{where} cannot start {unstartable.Program}: {unstartable.Cause}; install the program there, in the same folder.");
        }

        if (remarks.MarksOf(JoinEvent.Failed) is { Count: > 0 } failed)
        {
            JoinMark first = failed.MinBy(mark => mark.Rank);
            string cause = _lines.FirstOrDefault(line => line.StartsWith(MpiLauncher.ErrorPrefix, StringComparison.Ordinal))?[MpiLauncher.ErrorPrefix.Length..] ?? "it cannot join";
            return ((ExitCode)first.Code, failed.Count == options.Ranks ? cause : $"{Name(first.Rank)}: {cause}");
        }

        // A batch system reaches all hosts by one program, which tells of none.
        return reaching.Count == _hosts.Count && reaching.Any(process => process.HasEnded) ? Unreached(reaching) : (ExitCode.Communication, Late());
    }

    private (ExitCode Code, string Message) Unreached(IReadOnlyList<ProcessEntry> reaching)
    {
        var alike = _hosts.Zip(reaching).Where(pair => pair.Second.HasEnded).GroupBy(pair => pair.Second.ExitCode, pair => pair.First).First();
        return alike.Key switch
        {
            NoSuchProgram => (ExitCode.Environment, Tell([.. alike], "cannot start MPI", "")),
            NoConnection => (ExitCode.Communication, Tell([.. alike], "has not joined", Advice)),
            _ => (ExitCode.Communication, Tell([.. alike], "has not joined: its ranks have ended, or what holds them was killed", "")),
        };
    }

    private string Late()
    {
        string late = FormattableString.Invariant($"within {options.JoinWithin!.Value.TotalSeconds:0.###} s");
        HashSet<int> began = [.. remarks.MarksOf(JoinEvent.Began).Select(mark => mark.Rank)];
        int[] missing = [.. Enumerable.Range(0, options.Ranks).Where(rank => !began.Contains(rank))];
        if (missing.Length == 0)
        {
            // All wait for all: nobody can be named.
            return $"All {options.Ranks} {Plural.Of(options.Ranks, "rank")} have started, but not joined {late}{(_hosts.Count > 1 ? $": MPI does not come from one host to another ({string.Join(", ", _hosts.Select(host => host.Name))})" : "")}.";
        }

        return placement is null
            ? $"{string.Join(", ", missing.Select(options.NameOfRank))} has not started {late}."
            : Tell([.. missing.Select(rank => placement[rank]).Distinct()], $"has not started all of its ranks {late}", Advice);
    }

    private string Tell(IReadOnlyList<JobHost> hosts, string what, string otherwise)
    {
        // Of several hosts a line tells only where it names one.
        string[] causes = [.. hosts.Select(host => _lines.LastOrDefault(line => Regex.IsMatch(line, $@"(?<![\w.:-]){Regex.Escape(host.Name)}(?![\w-]|[.:]\w)"))
            ?? (hosts.Count == 1 ? _lines.LastOrDefault() : null)).OfType<string>().Distinct()];
        return $"{string.Join(", ", hosts.Select(Name))} {what}{(causes.Length > 0 ? ": " + string.Join("; ", causes) : otherwise)}";
    }

    private string Name(int rank) => $"{options.NameOfRank(rank)} on {(placement is null ? Environment.MachineName : Name(placement[rank]))}";

    private static string Name(JobHost host) => $"{host.Name} ({host.Place})";
}
