namespace Compression.Core.Reporting;

/// <summary>Reports nothing: the logger of every rank but the first.</summary>
public sealed class NullRunLogger : IRunLogger
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

    public void Finish(RunSummary summary)
    {
    }

    public void Dispose()
    {
    }
}
