using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>The few calls to the C library that the base class library does not offer.</summary>
internal static partial class NativeProcess
{
    private const int SignalKill = 9;

    // The same number on every processor that Linux runs on.
    private const int PidfdOpen = 434;
    private const short Readable = 1;

    /// <summary>
    /// Sets a variable in the environment that native code reads. <see cref="Environment.SetEnvironmentVariable(string, string)"/>
    /// changes only the runtime's own copy.
    /// </summary>
    public static void SetVariable(string name, string value) => _ = SetEnv(name, value, 1);

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    /// <summary>Sleeps for some microseconds; the runtime's own sleep starts at a millisecond.</summary>
    public static void Sleep(uint microseconds) => _ = USleep(microseconds);

    /// <summary>Ends this process as SIGKILL does.</summary>
    public static void KillSelf() => _ = Kill(Environment.ProcessId, SignalKill);

    /// <summary>A descriptor of this process's parent, which can be read once that has ended; negative where there is none.</summary>
    public static int OpenParent()
    {
        int parent = GetParent();
        int descriptor = (int)SystemCall(PidfdOpen, parent, 0);

        // The number may have gone to another process in between.
        return GetParent() == parent ? descriptor : -1;
    }

    /// <summary>Returns when the process of a descriptor has ended.</summary>
    public static void WaitForEnd(int descriptor)
    {
        Descriptor[] wanted = [new() { Number = descriptor, Events = Readable }];
        while (Poll(wanted, 1, -1) <= 0)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll([In, Out] Descriptor[] descriptors, nuint count, int milliseconds);

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

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int Number;
        public short Events;
        public short Happened;
    }
}
