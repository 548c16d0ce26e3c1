using System.Globalization;

namespace Compression.Mpi.Launching;

/// <summary>
/// A command of another's program that ends with the process that starts it, also where that is killed: the kernel kills it then. It does
/// so when the <em>thread</em> that started it ends, so that thread has to wait for it. Commands of this program have
/// <see cref="ParentWatch"/>.
/// </summary>
internal static class TiedCommand
{
    // Who ended before the signal was set is no longer the parent.
    private const string Begin = "[ \"$PPID\" = \"$1\" ] || exit 1; shift; exec \"$@\"";

    /// <summary>The words that start a command in this way. By setpriv of util-linux; where it is missing, the command starts without.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> command) => ProgramPath.Find("setpriv") is { } setpriv
        ? [setpriv, "--pdeathsig", "KILL", "/bin/sh", "-c", Begin, "sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. command]
        : command;
}
