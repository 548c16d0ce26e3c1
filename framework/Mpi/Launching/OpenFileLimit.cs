using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>
/// How many files a process may have open at a time. The runtime raises the limit as far as it can be raised; where that is too little,
/// a process would end in the middle of anything, or ranks would wait for each other.
/// </summary>
public static class OpenFileLimit
{
    // A process of a run has some 130 files open, most of them the program's own, and four more for each other rank.
    private const int OfProcess = 256, OfRank = 4;

    private const int StandardError = 2;

    /// <summary>Ends this process with one line where the limit is too low for it; to be called before anything else.</summary>
    public static void RequireForProcess()
    {
        if (NativeProcess.OpenFileLimit is var limit and < OfProcess)
        {
            // Neither the console nor the way out through the runtime can be relied upon.
            NativeProcess.Write(StandardError, Encoding.UTF8.GetBytes(MpiLauncher.ErrorPrefix + Message(limit, OfProcess, "a run") + "\n"));
            NativeProcess.Leave((int)ExitCode.Environment);
        }
    }

    /// <summary>Checks that a job of ranks can be started from here.</summary>
    /// <param name="ranks">How many.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: the limit is too low.</exception>
    public static void RequireForJob(int ranks)
    {
        int needed = OfProcess + (OfRank * ranks);
        if (NativeProcess.OpenFileLimit is var limit && limit < (ulong)needed)
        {
            throw new UserErrorException(
                ExitCode.Environment, Message(limit, needed, FormattableString.Invariant($"a job of {ranks} {Plural.Of(ranks, "rank")}")));
        }
    }

    private static string Message(ulong limit, int needed, string who) => FormattableString.Invariant(
        $"a process may open {limit} files here, and {who} needs {needed}; raise the limit: ulimit -n {needed}, or nofile in /etc/security/limits.conf.");
}
