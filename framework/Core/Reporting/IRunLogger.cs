namespace Compression.Core.Reporting;

/// <summary>
/// Where a trainer reports: console, files and remote trackers stand behind it, each of which implements what it takes. Rank 0 alone has one that writes.
/// </summary>
public interface IRunLogger : IDisposable
{
    /// <summary>Called in every step; cheap, for progress on a terminal.</summary>
    void Progress(ProgressRecord progress)
    {
    }

    /// <summary>A row of metrics, each log interval.</summary>
    void LogMetrics(MetricsRecord metrics)
    {
    }

    /// <summary>Whether <see cref="LogDistribution"/> does anything: callers make no values that nobody takes.</summary>
    bool TakesDistributions => false;

    /// <summary>How values are spread, beside a row of metrics.</summary>
    /// <param name="name">Such as <c>gradient/decoder.weight</c>.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="values">In pieces; read before the call returns.</param>
    void LogDistribution(string name, long step, IEnumerable<ReadOnlyMemory<float>> values)
    {
    }

    /// <summary>Points of further curves, over an axis of the trainer's own.</summary>
    /// <param name="axis">Its name, such as <c>tokens</c>.</param>
    /// <param name="at">Where the run stands on it; it grows.</param>
    /// <param name="points">Value by curve.</param>
    void LogCurves(string axis, long at, IReadOnlyList<KeyValuePair<string, double>> points)
    {
    }

    /// <summary>A row of evaluations.</summary>
    void LogEvaluation(EvaluationRecord evaluation)
    {
    }

    /// <summary>A line for the reader and for log.txt.</summary>
    void Message(string text)
    {
    }

    /// <summary>A warning, likewise.</summary>
    void Warning(string text)
    {
    }

    /// <summary>The end of the run, also of one that was interrupted or failed.</summary>
    void Finish(RunSummary summary)
    {
    }

    void IDisposable.Dispose() => GC.SuppressFinalize(this);
}
