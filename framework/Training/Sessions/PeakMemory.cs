using System.Diagnostics;

namespace Compression.Training.Sessions;

/// <summary>The largest resident set of this process so far.</summary>
internal static class PeakMemory
{
    /// <summary>Bytes; on Linux the kernel's own mark.</summary>
    public static long Read()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
