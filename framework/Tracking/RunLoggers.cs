using Compression.Core.Reporting;
using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Tracking;

/// <summary>Puts together what rank 0 of every run reports to.</summary>
public static class RunLoggers
{
    /// <summary>Files first, then the console, so that what the reader sees is on the disk already; further trackers last.</summary>
    /// <param name="directory">Where the files go.</param>
    /// <param name="console">Where the reader is.</param>
    /// <param name="time">Clock of the log and of the progress bar.</param>
    /// <param name="resumeStep">The step that the run continues at; null for a new run.</param>
    /// <param name="further">Other trackers; owned by the result.</param>
    /// <exception cref="UserErrorException">A file cannot be opened, or comes from a version with other columns.</exception>
    public static IRunLogger Create(
        RunDirectory directory, ConsoleTarget console, TimeProvider time, long? resumeStep = null,
        params IEnumerable<IRunLogger> further) =>
        new CompositeRunLogger([
            new CsvRunLogger(directory, resumeStep),
            new LogFileRunLogger(directory, time),
            new SummaryFileRunLogger(directory),
            new ConsoleRunLogger(console, directory.FullPath, time),
            .. further,
        ]);
}
