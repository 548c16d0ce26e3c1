using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>The few calls to the C library that the base class library does not offer.</summary>
internal static partial class NativeProcess
{
    /// <summary>
    /// Sets a variable in the environment that native code reads. <see cref="Environment.SetEnvironmentVariable(string, string)"/>
    /// changes only the runtime's own copy.
    /// </summary>
    public static void SetVariable(string name, string value) => _ = SetEnv(name, value, 1);

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    /// <summary>Sleeps for some microseconds; the runtime's own sleep starts at a millisecond.</summary>
    public static void Sleep(uint microseconds) => _ = USleep(microseconds);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    /// <summary>Ends this process at once.</summary>
    public static void Leave(int code) => Exit(code);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int USleep(uint microseconds);
}
