using Compression.Core.Reporting;
using Compression.Tracking;

namespace Compression.Experiments.Recipes;

/// <summary>A run's folder between its opening and the first result: where the start fails, nothing is left behind.</summary>
internal sealed class RunFolder
{
    private readonly bool _isNew;

    private RunFolder(RunDirectory directory, bool isNew) => (Directory, _isNew) = (directory, isNew);

    /// <summary>The folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Opens it.</summary>
    /// <param name="chosen">The full path; null for a new one below <paramref name="root"/>.</param>
    /// <param name="experiment">The run's name.</param>
    /// <param name="resuming">Whether results may be there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="root">Where new ones go.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it cannot be used.</exception>
    public static RunFolder Open(string? chosen, string experiment, bool resuming, TimeProvider time, string root)
    {
        bool isNew = chosen is null || !System.IO.Directory.Exists(chosen);
        return new RunFolder(RunDirectory.Open(chosen, experiment, resuming, time, root), isNew);
    }

    /// <summary>Takes away what the opening made, if the run has written nothing since.</summary>
    public void Abandon()
    {
        if (Directory.HoldsRun())
        {
            return;
        }

        File.Delete(Directory.PathOf(RunFiles.Log));
        if (_isNew && !System.IO.Directory.EnumerateFileSystemEntries(Directory.FullPath).Any())
        {
            System.IO.Directory.Delete(Directory.FullPath);
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
