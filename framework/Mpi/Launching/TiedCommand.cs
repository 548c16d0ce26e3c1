using System.Globalization;

namespace Compression.Mpi.Launching;

/// <summary>
/// Commands that end with the process that starts them, also where that is killed: the kernel sends them a signal then. It does so
/// when the <em>thread</em> that started them ends, so that thread has to wait for them.
/// </summary>
public static class TiedCommand
{
    // Who ended before the signal was set is no longer the parent.
    private const string Begin = "[ \"$PPID\" = \"$1\" ] || exit 1; shift; exec \"$@\"";

    /// <summary>
    /// The words that start a command of this program, in a session of its own: it is asked to end in order, as by SIGTERM, when this
    /// process is gone.
    /// </summary>
    public static IReadOnlyList<string> EndsInOrder(IReadOnlyList<string> command) => Tied("TERM", command);

    /// <summary>The words that start a command in a session of its own: it ends at once when this process is gone.</summary>
    public static IReadOnlyList<string> EndsAtOnce(IReadOnlyList<string> command) => Tied("KILL", command);

    // Programs of util-linux: where they are missing, a command starts without. In a session of its own it gets a Ctrl-C once, from here,
    // and not also from the terminal; and it can be told from others.
    private static IReadOnlyList<string> Tied(string signal, IReadOnlyList<string> command) =>
    [
        .. ProgramPath.Find("setpriv") is { } setpriv
            ? (string[])[setpriv, "--pdeathsig", signal, "/bin/sh", "-c", Begin, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]
            : [],
        .. ProgramPath.Find("setsid") is { } setsid ? (string[])[setsid] : [],
        .. command,
    ];
}
