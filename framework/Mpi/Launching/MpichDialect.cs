using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>Hydra, the mpiexec of MPICH.</summary>
internal sealed partial class MpichDialect : LauncherDialect
{
    private static readonly string s_banner = new string('=', 83) + "\n=   BAD TERMINATION";

    public override MpiFamily Family => MpiFamily.Mpich;

    public override string Program => "mpiexec.mpich";

    public override bool Recognizes(string version) => version.Contains("HYDRA", StringComparison.OrdinalIgnoreCase);

    public override IReadOnlyList<string> Arguments(MpiLaunchOptions options) =>
    [
        .. options.HostFile is { } file ? (string[])["-f", file] : [],
        "-bind-to", "none",
        "-n", options.Ranks.ToString(CultureInfo.InvariantCulture),
    ];

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

        if (text.StartsWith("Abort(", StringComparison.Ordinal))
        {
            return false;
        }

        remarks.Keep(text);
        return true;
    }

    [GeneratedRegex(@"EXIT STRING:.*\(signal (\d+)\)")]
    private static partial Regex SignalPattern();
}
