using System.ComponentModel;
using System.Diagnostics;

namespace Compression.Experiments.Tests;

/// <summary>A file system in memory that is soon full.</summary>
internal static class SmallDisk
{
    /// <summary>Mounts 300 kB over a folder; false where that is not allowed.</summary>
    public static bool Mount(string folder) => Call("mount", "-t", "tmpfs", "-o", "size=300k", "compression-test", folder);

    public static void Unmount(string folder) => Assert.True(Call("umount", folder));

    private static bool Call(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
