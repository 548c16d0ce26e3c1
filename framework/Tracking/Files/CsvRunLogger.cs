using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Writes <see cref="RunFiles.Metrics"/> and <see cref="RunFiles.Evaluations"/>.</summary>
/// <param name="directory">Where they lie.</param>
/// <param name="resumeStep">The step that the run continues at: later rows are dropped. Null for a new run.</param>
/// <exception cref="UserErrorException">A file cannot be written, or has other columns.</exception>
public sealed class CsvRunLogger(RunDirectory directory, long? resumeStep = null) : IRunLogger
{
    private readonly CsvTable<MetricsRecord> _metrics = new(directory.PathOf(RunFiles.Metrics), RowColumns.Metrics, resumeStep);
    private readonly CsvTable<EvaluationRecord> _evaluations = new(directory.PathOf(RunFiles.Evaluations), RowColumns.Evaluations, resumeStep);

    public void LogMetrics(MetricsRecord metrics) => _metrics.Append(metrics);

    public void LogEvaluation(EvaluationRecord evaluation) => _evaluations.Append(evaluation);

    public void Dispose()
    {
        _metrics.Dispose();
        _evaluations.Dispose();
    }
}
