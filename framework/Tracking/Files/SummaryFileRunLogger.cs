using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Writes <see cref="RunFiles.Summary"/> at the end of the run, whatever the end was.</summary>
public sealed class SummaryFileRunLogger(RunDirectory directory) : IRunLogger
{
    public void Finish(RunSummary summary) => SummaryFile.Write(directory.PathOf(RunFiles.Summary), summary);

    public void Dispose()
    {
    }
}
