using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>Signals to other processes of this host, which the base class library cannot send.</summary>
public static class ProcessSignal
{
    private const int Kill = 9;

    // The exit code of a process that ends by signal n is 128 + n.
    private const int FirstSignalCode = 128;

    /// <summary>Asks a process to end in order.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="reason">The code that it is to end with: 130 sends SIGINT, 143 SIGTERM.</param>
    /// <returns>False where the process is gone.</returns>
    public static bool AskToEnd(int processId, ExitCode reason) => NativeProcess.Signal(processId, (int)reason - FirstSignalCode);

    /// <summary>Ends a process at once.</summary>
    /// <returns>False where the process is gone.</returns>
    public static bool End(int processId) => NativeProcess.Signal(processId, Kill);
}
