using System.Runtime.InteropServices;
using System.Text;

namespace Compression.Training.Checkpoints;

/// <summary>Brings a folder's entries to the disk: without it a rename may be lost when the machine loses power.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22; // EINVAL, on Linux and macOS

    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals renames, and offers no such call.
        }

        int descriptor = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        // Some network file systems cannot flush folders, and answer EINVAL.
        var failure = Flush(descriptor) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument ? Failure(folder) : null;
        _ = Close(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static IOException Failure(string folder) => new($"{folder}: {Marshal.GetLastPInvokeErrorMessage()}");

#pragma warning disable SYSLIB1054 // LibraryImport needs pointers, which only kernels and bindings may hold; these arguments need no marshalling.
    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
#pragma warning restore SYSLIB1054
}
