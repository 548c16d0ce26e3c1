using System.Diagnostics;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>
/// Makes a run's folder one process's own while it writes there. What is locked is a range of the file <c>.lock</c>: the system gives it
/// back however the process ends, and so do servers of network file systems. The file says who has it, and goes away with an orderly end.
/// Where a file system knows no locks, nothing is locked.
/// </summary>
public sealed class RunLock : IDisposable
{
    /// <summary>The file, below the run's folder.</summary>
    public const string FileName = ".lock";

    private const int TryAgain = 11, AccessDenied = 13; // EAGAIN and EACCES: another process has it.

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;
    private bool _isReleased;

    private RunLock(string folder, FileStream file) => (Folder, _file) = (folder, file);

    /// <summary>How long a start waits: the processes of a run that was killed take a moment to end.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The folder that is locked.</summary>
    public string Folder { get; }

    /// <summary>Locks a folder, which is there.</summary>
    /// <param name="folder">Its full path.</param>
    /// <param name="patience">How long to wait for another process to leave it.</param>
    /// <param name="time">Tells others since when it is locked.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: another process writes there; it is named.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public static RunLock Take(string folder, TimeSpan patience, TimeProvider time)
    {
        string path = Path.Combine(folder, FileName);
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(s_look))
        {
            if (TryTake(folder, path, time) is { } taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{folder}: {Holder(path)} is writing this run; wait for its end, or choose another --out.");
            }
        }
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            try
            {
                // While it is still locked: nobody can have locked the same file meanwhile.
                File.Delete(_file.Name);
            }
            catch (Exception exception) when (WriteFailure.IsCauseOf(exception))
            {
                // The next to lock the folder finds it, and takes it over.
            }

            _file.Dispose();
        }
    }

    private static RunLock? TryTake(string folder, string path, TimeProvider time)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            // Another may have taken the name away after this one opened it.
            if (Lock(file) && IsStillNamed(file))
            {
                file.SetLength(0);
                file.Write(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant(
                    $"process {Environment.ProcessId} on {Environment.MachineName}, since {time.GetLocalNow():yyyy-MM-dd HH:mm:ss},")));
                return new RunLock(folder, file);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    private static bool Lock(FileStream file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        try
        {
            file.Lock(0, 1);
            return true;
        }
        catch (IOException exception)
        {
            return exception.HResult is not (TryAgain or AccessDenied);
        }
    }

    private static bool IsStillNamed(FileStream file) =>
        !OperatingSystem.IsLinux()
        || Path.GetFileName(File.ResolveLinkTarget($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName) == FileName;

    private static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(path) is { Length: > 0 } text ? text : "another process";
        }
        catch (Exception exception) when (WriteFailure.IsCauseOf(exception))
        {
            return "another process";
        }
    }
}
