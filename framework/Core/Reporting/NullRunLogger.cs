namespace Compression.Core.Reporting;

/// <summary>Reports nothing: the logger of every rank but the first.</summary>
public sealed class NullRunLogger : IRunLogger
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
    public void Finish(RunSummary summary)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
