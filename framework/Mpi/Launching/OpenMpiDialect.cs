using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>The mpiexec of Open MPI 4 and 5.</summary>
internal sealed partial class OpenMpiDialect : LauncherDialect
{
    private const string AgentArguments = "OMPI_MCA_plm_rsh_args";

    private static readonly string s_rule = new string('-', 74) + "\n";

    // What is said about a job that ends because a rank failed, which is told in one line instead.
    private static readonly string[] s_aftermath =
    [
        "MPI_ABORT was invoked on rank",
        "Primary job terminated normally, but",
        "detected that one or more processes exited with non-zero status",
        "noticed that process rank",
        "noticed that the job aborted",
    ];

    public override MpiFamily Family => MpiFamily.OpenMpi;

    public override string Program => "mpiexec.openmpi";

    // Ranks write to a pseudo-terminal, to which the runtime would send escape sequences if it were a capable one.
    public override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string> { ["TERM"] = "dumb" };

    public override bool Recognizes(string version) =>
        version.Contains("Open MPI", StringComparison.OrdinalIgnoreCase) || version.Contains("OpenRTE", StringComparison.Ordinal);

    public override IReadOnlyList<string> Arguments(MpiLaunchOptions options) =>
    [
        .. System.Environment.IsPrivilegedProcess ? (string[])["--allow-run-as-root"] : [],
        .. options.Hosts is { } hosts ? (string[])["--host", HostArgument(hosts)] : [],
        .. options.Environment.Keys.Append("TERM").Order(StringComparer.Ordinal).SelectMany(name => (string[])["-x", name]),
        "--oversubscribe",
        "--bind-to", "none",
        "-n", options.Ranks.ToString(CultureInfo.InvariantCulture),
    ];

    public override IEnumerable<KeyValuePair<string, string>> Reaching(MpiLaunchOptions options)
    {
        if (options.Hosts is not null && Path.GetFileName(MpiEnvironment.Current["OMPI_MCA_plm_rsh_agent"]) is null or "ssh")
        {
            yield return KeyValuePair.Create(AgentArguments, $"{MpiEnvironment.Current[AgentArguments]} {RemoteShell.Options(options.JoinWithin)}".Trim());
        }
    }

    /// <summary>Ranks beyond the slots lie otherwise than elsewhere.</summary>
    public override IReadOnlyList<JobHost>? Placement(MpiLaunchOptions options) =>
        options.Hosts?.Hosts.Sum(host => (long)host.Slots) >= options.Ranks ? base.Placement(options) : null;

    /// <summary>
    /// Told to end, this mpiexec leaves the ranks a second, which is too short to save their state, and it does not pass SIGINT or
    /// SIGTERM on. So the ranks of this host, which are its children, are told directly, and it itself when told again.
    /// </summary>
    public override void Forward(int launcher, int signal, bool again)
    {
        int[] ranks = again ? [] : [.. ProcessTable.Read().Where(entry => entry.Parent == launcher).Select(entry => entry.Number)];
        foreach (int target in ranks.Length > 0 ? ranks : [launcher])
        {
            _ = NativeProcess.Signal(target, signal);
        }
    }

    public override LineKind Judge(string start)
    {
        LineKind runtime = RuntimeLine().IsMatch(start) ? LineKind.Line
            : !start.EndsWith('\n') && RuntimeLineStart().IsMatch(start) ? LineKind.Undecided
            : LineKind.Rank;
        return FirstOf(Match(start, s_rule, LineKind.Block), runtime);
    }

    public override bool EndsBlock(string line) => line == s_rule;

    public override bool Understand(string text, JobRemarks remarks)
    {
        if (text[0] == '[')
        {
            bool isNoise = RuntimeNoise().IsMatch(text);
            if (isNoise)
            {
                remarks.Keep(text);
            }

            return isNoise;
        }

        string flat = Spaces().Replace(text, " ");
        if (!s_aftermath.Any(phrase => flat.Contains(phrase, StringComparison.Ordinal)))
        {
            return false;
        }

        remarks.Explained = true;
        if (DeathPattern().Match(flat) is { Success: true } match)
        {
            remarks.Death ??= new RankDeath(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        }

        return true;
    }

    [GeneratedRegex(@"process rank (\d+) .*exited on signal (\d+)")]
    private static partial Regex DeathPattern();

    [GeneratedRegex(@"^\[(?:[\w.-]+:\d+|warn)\] ")]
    private static partial Regex RuntimeLine();

    [GeneratedRegex(@"^\[(?:warn\]|[\w.-]+(?::(?:\d+\]?)?)?)?$")]
    private static partial Regex RuntimeLineStart();

    // The line about Epoll comes from the launcher's event library, when a rank ends while its input is being closed.
    [GeneratedRegex(@"ORTE_ERROR_LOG|PRTE ERROR|PMIX ERROR|more process(?:es)? ha(?:s|ve) sent help message|base_help_aggregate|^\[warn\] Epoll ")]
    private static partial Regex RuntimeNoise();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
