using System.Globalization;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>
/// Ends a process of this program when the one that started it is gone, however that ended. A descriptor of the parent is waited for, since
/// the kernel's own signal comes when a <em>thread</em> of the parent ends, and again for each thread that inherits the child.
/// </summary>
public static class ParentWatch
{
    /// <summary>Tells a process of this program the number of the process that started it, and that it is to end with it.</summary>
    public const string Variable = "COMPRESSION_PARENT";

    /// <summary>The value of <see cref="Variable"/> for what this process starts.</summary>
    public static string ThisProcess => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Asks this process to end in order, as by SIGTERM, when the parent that <see cref="Variable"/> names is gone. What this process starts
    /// does not see the variable.
    /// </summary>
    public static void EndInOrder()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } parent)
        {
            Environment.SetEnvironmentVariable(Variable, null);
            Begin(parent, () => ProcessSignal.AskToEnd(Environment.ProcessId, ExitCode.Terminated));
        }
    }

    /// <summary>
    /// Kills this process, a rank, when the launcher's daemon that started it is gone, on whichever host. A daemon that is gone already is
    /// found out by MPI's start, which talks to it.
    /// </summary>
    internal static void EndAtOnce() => Begin(parent: null, () => ProcessSignal.End(Environment.ProcessId));

    private static void Begin(string? parent, Action end)
    {
        int descriptor = NativeProcess.OpenParent(out int number);
        if (parent is not null && parent != number.ToString(CultureInfo.InvariantCulture))
        {
            end();
        }
        else if (descriptor >= 0)
        {
            // It is negative where the parent belongs to another process namespace, and on kernels before 5.3.
            new Thread(() =>
            {
                while (NativeProcess.WaitForEnd([descriptor], milliseconds: -1).Length == 0)
                {
                    // A signal came.
                }

                end();
            })
            {
                IsBackground = true,
                Name = "parent watch",
            }.Start();
        }
    }
}
