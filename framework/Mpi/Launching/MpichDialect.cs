using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>Hydra, the mpiexec of MPICH.</summary>
internal sealed partial class MpichDialect : LauncherDialect
{
    private static readonly string s_banner = new string('=', 83) + "\n=   BAD TERMINATION";

    private const string ExtraArguments = "HYDRA_LAUNCHER_EXTRA_ARGS";

    // By these Hydra knows that a batch system starts its processes.
    private static readonly string[] s_batchSystems =
        ["SLURM_JOB_ID", "SLURM_JOBID", "SLURM_NODELIST", "SLURM_JOB_NODELIST", "LSB_JOBID", "LSB_HOSTS", "LSB_MCPU_HOSTS", "PE_HOSTFILE", "LOADL_HOSTFILE", "LOADLBATCH"];

    public override MpiFamily Family => MpiFamily.Mpich;

    public override string Program => "mpiexec.mpich";

    public override bool Recognizes(string version) => version.Contains("HYDRA", StringComparison.OrdinalIgnoreCase);

    public override IReadOnlyList<string> Arguments(MpiLaunchOptions options) =>
    [
        .. options.Hosts is { } hosts ? (string[])["-hosts", HostArgument(hosts)] : [],
        "-bind-to", "none",
        "-n", options.Ranks.ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>Only where Hydra takes ssh: what starts processes inside a batch system gets its options from the same variable.</summary>
    public override IEnumerable<KeyValuePair<string, string>> Reaching(MpiLaunchOptions options)
    {
        MpiEnvironment environment = MpiEnvironment.Current;
        bool isSsh = (environment["HYDRA_LAUNCHER"] ?? environment["HYDRA_BOOTSTRAP"]) is null or "ssh"
            && Path.GetFileName(environment["HYDRA_LAUNCHER_EXEC"] ?? environment["HYDRA_BOOTSTRAP_EXEC"]) is null or "ssh"
            && !s_batchSystems.Any(name => environment[name] is not null);
        if (options.Hosts is not null && isSsh)
        {
            // Of options that stand twice ssh takes the first: the user's.
            yield return KeyValuePair.Create(ExtraArguments, $"{environment[ExtraArguments]} {RemoteShell.Options(options.JoinWithin)}".Trim());
        }
    }

    public override string Explain(string message) => message.Contains("assert (!closed)", StringComparison.Ordinal)
        ? "mpiexec has lost the process that holds the ranks of a host; somebody killed it, or the connection broke"
        : "mpiexec: " + OriginPattern().Replace(base.Explain(message), "");

    public override LineKind Judge(string start) => FirstOf(
        Match(start, s_banner, LineKind.Block),
        Match(start, "\n" + s_banner, LineKind.Block),
        Match(start, "[mpiexec@", LineKind.Line),
        Match(start, "[proxy:", LineKind.Line),
        Match(start, "Abort(", LineKind.Line),
        Match(start, "application called MPI_Abort(", LineKind.Line));

    public override bool EndsBlock(string line) => line.StartsWith("Please see the FAQ page", StringComparison.Ordinal);

    public override bool Understand(string text, JobRemarks remarks)
    {
        if (text.Contains("BAD TERMINATION", StringComparison.Ordinal))
        {
            if (SignalPattern().Match(text) is { Success: true } match)
            {
                // The rank is not named here, and the process number in the banner is often another rank's.
                remarks.Death ??= new RankDeath(null, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            }

            return true;
        }

        if (text.Contains("application called MPI_Abort", StringComparison.Ordinal))
        {
            remarks.Explained = true;
            return true;
        }

        if (ExecPattern().Match(text) is { Success: true } start)
        {
            remarks.Unstartable ??= (start.Groups[1].Success ? int.Parse(start.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null, start.Groups[2].Value, start.Groups[3].Value);
            return true;
        }

        if (text.StartsWith("Abort(", StringComparison.Ordinal))
        {
            return false;
        }

        remarks.Keep(text);
        return true;
    }

    [GeneratedRegex(@"^\[(?:proxy:\d+:(\d+)|mpiexec)@.*execvp error on file (.*) \((.*)\)")]
    private static partial Regex ExecPattern();

    [GeneratedRegex(@"^\[[^\]]*\] \S+ \([^)]*\): ")]
    private static partial Regex OriginPattern();

    [GeneratedRegex(@"EXIT STRING:.*\(signal (\d+)\)")]
    private static partial Regex SignalPattern();
}
