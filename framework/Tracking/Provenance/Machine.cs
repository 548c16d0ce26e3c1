using System.Globalization;
using System.Runtime.InteropServices;

namespace Compression.Tracking.Provenance;

/// <summary>What the system says about itself, with fallbacks where it has no /proc.</summary>
internal static class Machine
{
    /// <summary>Version of the kernel.</summary>
    public static string Kernel() => FirstLine("/proc/sys/kernel/osrelease", _ => true) ?? Environment.OSVersion.VersionString;

    /// <summary>The processor as its maker calls it.</summary>
    public static string CpuModel() =>
        After(FirstLine("/proc/cpuinfo", line => line.StartsWith("model name", StringComparison.Ordinal)))
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Physical memory, in bytes.</summary>
    public static long MemoryBytes() =>
        After(FirstLine("/proc/meminfo", line => line.StartsWith("MemTotal", StringComparison.Ordinal))) is { } total
        && long.TryParse(total.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
            ? kibibytes * 1024
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static string? FirstLine(string path, Func<string, bool> wanted) =>
        File.Exists(path) ? File.ReadLines(path).FirstOrDefault(wanted) : null;

    private static string? After(string? line) => line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
}
