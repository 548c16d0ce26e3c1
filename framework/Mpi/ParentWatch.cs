using Compression.Mpi.Interop;

namespace Compression.Mpi;

/// <summary>
/// Ends a rank when the process that started it is gone: a launcher's daemon that is killed takes its ranks along, on every host. A
/// descriptor of the daemon is waited for, since the kernel's own signal would come when the daemon's thread ends.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Begins to watch. What ended before is found out by MPI's start, which talks to it.</summary>
    public static void Begin()
    {
        int descriptor = NativeProcess.OpenParent();
        if (descriptor < 0)
        {
            return; // Another process namespace's, or a kernel older than 5.3.
        }

        new Thread(() =>
        {
            NativeProcess.WaitForEnd(descriptor);
            NativeProcess.KillSelf();
        })
        {
            IsBackground = true,
            Name = "parent watch",
        }.Start();
    }
}
