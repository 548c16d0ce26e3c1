using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Writes <see cref="RunFiles.Summary"/> at the end of the run, whatever the end was.</summary>
public sealed class SummaryFileRunLogger(RunDirectory directory) : IRunLogger
{
    public void Progress(ProgressRecord progress)
    {
    }

    public void LogMetrics(MetricsRecord metrics)
    {
    }

    public void LogEvaluation(EvaluationRecord evaluation)
    {
    }

    public void Message(string text)
    {
    }

    public void Warning(string text)
    {
    }

    public void Finish(RunSummary summary) => SummaryFile.Write(directory.PathOf(RunFiles.Summary), summary);

    public void Dispose()
    {
    }
}
