using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>The few calls to the C library that the base class library does not offer.</summary>
internal static partial class NativeProcess
{
    // The same number on every processor that Linux runs on.
    private const int PidfdOpen = 434;
    private const short Readable = 1;

    // RLIMIT_NOFILE.
    private const int OpenFiles = 7;

    /// <summary>
    /// Sets a variable in the environment that native code reads. <see cref="Environment.SetEnvironmentVariable(string, string)"/>
    /// changes only the runtime's own copy.
    /// </summary>
    public static void SetVariable(string name, string value) => _ = SetEnv(name, value, 1);

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    /// <summary>Sleeps for some microseconds; the runtime's own sleep starts at a millisecond.</summary>
    public static void Sleep(uint microseconds) => _ = USleep(microseconds);

    /// <summary>A descriptor of this process's parent, which can be read once that has ended; negative where there is none.</summary>
    /// <param name="parent">The parent's number.</param>
    public static int OpenParent(out int parent)
    {
        int descriptor = Open(GetParent());

        // Where it ended in between, its number may be another's, and this process has another parent.
        parent = GetParent();
        return descriptor;
    }

    /// <summary>A descriptor of a process, which can be read once that has ended; negative where there is none.</summary>
    public static int Open(int process) => (int)SystemCall(PidfdOpen, process, 0);

    /// <summary>Waits for the end of processes.</summary>
    /// <param name="descriptors">From <see cref="Open"/>.</param>
    /// <param name="milliseconds">At most; −1: without a limit.</param>
    /// <returns>Places of those that have ended; empty where none has in that time, or a signal came.</returns>
    public static int[] WaitForEnd(IReadOnlyList<int> descriptors, int milliseconds)
    {
        Descriptor[] wanted = [.. descriptors.Select(descriptor => new Descriptor { Number = descriptor, Events = Readable })];
        return Poll(wanted, (nuint)wanted.Length, milliseconds) > 0
            ? [.. Enumerable.Range(0, wanted.Length).Where(place => wanted[place].Happened != 0)]
            : [];
    }

    /// <summary>Gives a descriptor back.</summary>
    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);

    /// <summary>How many files this process may have open.</summary>
    public static ulong OpenFileLimit => GetLimit(OpenFiles, out Limits limits) == 0 ? limits.Soft : ulong.MaxValue;

    /// <summary>Writes to a descriptor, past the runtime.</summary>
    public static void Write(int descriptor, byte[] bytes) => _ = Write(descriptor, bytes, (nuint)bytes.Length);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, byte[] bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint process, nint flags);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll([In, Out] Descriptor[] descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

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
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int Number;
        public short Events;
        public short Happened;
    }
}
