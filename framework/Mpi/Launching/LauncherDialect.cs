using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>What the beginning of a line of a job's output turns out to be.</summary>
internal enum LineKind
{
    /// <summary>Too short to tell: hold it.</summary>
    Undecided,

    /// <summary>A rank's output.</summary>
    Rank,

    /// <summary>Perhaps a line of the launcher: hold it to its end.</summary>
    Line,

    /// <summary>Perhaps a block of the launcher: hold it to the block's end.</summary>
    Block,
}

/// <summary>The options of one family's mpiexec, and what it says when ranks fail.</summary>
internal abstract class LauncherDialect
{
    public abstract MpiFamily Family { get; }

    /// <summary>The file name that belongs to this family alone.</summary>
    public abstract string Program { get; }

    /// <summary>Variables that make this launcher behave.</summary>
    public virtual IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    /// <summary>Variables by which this launcher reaches the hosts of a job.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Reaching(MpiLaunchOptions options) => [];

    /// <summary>The host of each rank; null where all run here, or it is not known.</summary>
    public virtual IReadOnlyList<JobHost>? Placement(MpiLaunchOptions options) => options.Hosts?.Placement(options.Ranks);

    /// <summary>True when the output of <c>--version</c> is this family's.</summary>
    public abstract bool Recognizes(string version);

    /// <summary>The arguments before the executable.</summary>
    public abstract IReadOnlyList<string> Arguments(MpiLaunchOptions options);

    /// <summary>What a message of the launcher means for the user, in one line.</summary>
    public virtual string Explain(string message) => message.ReplaceLineEndings(" ").Trim();

    /// <summary>Brings a signal to the ranks.</summary>
    /// <param name="launcher">Process number of the mpiexec.</param>
    /// <param name="signal">The signal's number.</param>
    /// <param name="again">True when an earlier one has not ended the job, which then need not end tidily.</param>
    public virtual void Forward(int launcher, int signal, bool again) => _ = NativeProcess.Signal(launcher, signal);

    /// <summary>Judges a line by its first characters, its line feed included if it is there.</summary>
    public abstract LineKind Judge(string start);

    /// <summary>True when this line, with its line feed, ends a held block.</summary>
    public abstract bool EndsBlock(string line);

    /// <summary>Reads what was held: true when it is the launcher's noise and not for the user.</summary>
    public abstract bool Understand(string text, JobRemarks remarks);

    /// <summary><see cref="LineKind.Rank"/> unless <paramref name="start"/> begins with the mark, or may still come to.</summary>
    protected static LineKind Match(string start, string mark, LineKind kind) =>
        start.StartsWith(mark, StringComparison.Ordinal) ? kind
        : mark.StartsWith(start, StringComparison.Ordinal) ? LineKind.Undecided
        : LineKind.Rank;

    /// <summary>The hosts on the command line, so that no file is needed; each family takes the first colon for the end of a name.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a host is called by an IPv6 address.</exception>
    protected static string HostArgument(HostList hosts) => hosts.Hosts.FirstOrDefault(host => HostName.IsIPv6(host.Name)) is { } other
        ? throw new UserErrorException(ExitCode.Usage, $"{other.Place}: the launcher of MPI takes no IPv6 address ({other.Name}); write the name of the host, as /etc/hosts or DNS has it.")
        : hosts.Argument;

    /// <summary>The strongest of several matches: a decided one, else an undecided one, else a rank's output.</summary>
    protected static LineKind FirstOf(params ReadOnlySpan<LineKind> kinds)
    {
        LineKind best = LineKind.Rank;
        foreach (LineKind kind in kinds)
        {
            if (kind is LineKind.Line or LineKind.Block)
            {
                return kind;
            }

            best = kind == LineKind.Undecided ? kind : best;
        }

        return best;
    }
}
