using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Experiments.Runs;

/// <summary>A run's folder between its opening and the first result: where the start fails, nothing is left behind.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly bool _isNew;
    private readonly TimeProvider _time;
    private readonly RunLock _lock;

    private RunFolder(RunDirectory directory, bool isNew, RunLock taken, TimeProvider time) => (Directory, _isNew, _lock, _time) = (directory, isNew, taken, time);

    /// <summary>The folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Opens it, and locks it until it is disposed.</summary>
    /// <param name="chosen">The full path; null for a new one below <paramref name="root"/>.</param>
    /// <param name="experiment">The run's name.</param>
    /// <param name="resuming">Whether results may be there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="root">Where new ones go.</param>
    /// <param name="held">The lock of the chosen folder, where this process has it already; the result's from now on.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it cannot be used.</exception>
    public static RunFolder Open(string? chosen, string experiment, bool resuming, TimeProvider time, string root, RunLock? held)
    {
        bool isNew = chosen is null || !System.IO.Directory.Exists(chosen);
        try
        {
            var directory = RunDirectory.Open(chosen, experiment, resuming, time, root, path => held ??= RunLock.Take(path, RunLock.Patience, time));
            directory.ClearLeftovers();
            return new RunFolder(directory, isNew, held!, time);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>Takes away what the opening made, if nobody has written anything since, or is about to.</summary>
    public void Abandon()
    {
        try
        {
            using (RunLock.Take(Directory.FullPath, TimeSpan.Zero, _time))
            {
                if (RunDirectory.HoldsRun(Directory.FullPath))
                {
                    return;
                }

                File.Delete(Directory.PathOf(RunFiles.Log));
            }

            if (_isNew && !System.IO.Directory.EnumerateFileSystemEntries(Directory.FullPath).Any())
            {
                System.IO.Directory.Delete(Directory.FullPath);
            }
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException)
        {
            // Another start has it, or has taken it away.
        }
    }

    /// <summary>Adds a failure, with where it came from, to the log.</summary>
    /// <returns>The log's path; null where it cannot be written.</returns>
    public string? Record(Exception failure, TimeProvider time)
    {
        string log = Directory.PathOf(RunFiles.Log);
        try
        {
            File.AppendAllText(log, $"{time.GetLocalNow():yyyy-MM-dd'T'HH:mm:ss.fffzzz} failed: {failure}\n");
            return log;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
