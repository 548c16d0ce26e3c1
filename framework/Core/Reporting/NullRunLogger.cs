namespace Compression.Core.Reporting;

/// <summary>Reports nothing: the logger of every rank but the first, and the base of those that take little.</summary>
public class NullRunLogger : IRunLogger
{
    public virtual void Progress(ProgressRecord progress)
    {
    }

    public virtual void LogMetrics(MetricsRecord metrics)
    {
    }

    public virtual void LogEvaluation(EvaluationRecord evaluation)
    {
    }

    public virtual void Message(string text)
    {
    }

    public virtual void Warning(string text)
    {
    }

    public virtual void Finish(RunSummary summary)
    {
    }

    public void Dispose() => GC.SuppressFinalize(this);
}
