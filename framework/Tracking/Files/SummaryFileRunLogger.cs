using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Writes <see cref="RunFiles.Summary"/> at the end of the run, whatever the end was.</summary>
public sealed class SummaryFileRunLogger(RunDirectory directory) : IRunLogger
{
    /// <inheritdoc/>
    public void Progress(ProgressRecord progress)
    {
    }

    /// <inheritdoc/>
    public void LogMetrics(MetricsRecord metrics)
    {
    }

    /// <inheritdoc/>
    public void LogEvaluation(EvaluationRecord evaluation)
    {
    }

    /// <inheritdoc/>
    public void Message(string text)
    {
    }

    /// <inheritdoc/>
    public void Warning(string text)
    {
    }

    /// <inheritdoc/>
    public void Finish(RunSummary summary) => SummaryFile.Write(directory.PathOf(RunFiles.Summary), summary);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
