using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>Writes <see cref="RunFiles.Metrics"/> and <see cref="RunFiles.Evaluations"/>.</summary>
public sealed class CsvRunLogger : IRunLogger
{
    internal static readonly CsvTable<MetricsRecord>.Column[] MetricsColumns =
    [
        new("step", row => row.Step),
        new("epoch", row => row.Epoch),
        new("tokens", row => row.Tokens),
        new("train_loss", row => row.TrainLoss),
        new("learning_rate", row => row.LearningRate),
        new("words_per_second", row => row.WordsPerSecond),
        new("grad_norm", row => row.GradNorm),
        new("residual_norm", row => row.ResidualNorm),
        new("wire_bytes_total", row => row.WireBytesTotal),
        new("seconds_total", row => row.SecondsTotal),
        new("forward_backward_seconds", row => row.Seconds.ForwardBackward),
        new("compress_seconds", row => row.Seconds.Compress),
        new("communicate_seconds", row => row.Seconds.Communicate),
        new("decompress_seconds", row => row.Seconds.Decompress),
        new("update_seconds", row => row.Seconds.Update),
        new("evaluate_seconds", row => row.Seconds.Evaluate),
        new("checkpoint_seconds", row => row.Seconds.Checkpoint),
        new("hidden_seconds", row => row.Seconds.Hidden),
    ];

    private static readonly CsvTable<EvaluationRecord>.Column[] EvaluationColumns =
    [
        new("step", row => row.Step),
        new("epoch", row => row.Epoch),
        new("tokens", row => row.Tokens),
        new("split", row => row.Split),
        new("loss", row => row.Loss),
        new("perplexity", row => row.Perplexity),
        new("wire_bytes_total", row => row.WireBytesTotal),
        new("seconds_total", row => row.SecondsTotal),
    ];

    private readonly CsvTable<MetricsRecord> _metrics;
    private readonly CsvTable<EvaluationRecord> _evaluations;

    /// <summary>Opens both files.</summary>
    /// <param name="directory">Where they lie.</param>
    /// <param name="resumeStep">The step that the run continues at: later rows are dropped. Null for a new run.</param>
    /// <exception cref="UserErrorException">A file cannot be written, or has other columns.</exception>
    public CsvRunLogger(RunDirectory directory, long? resumeStep = null)
    {
        _metrics = new(directory.PathOf(RunFiles.Metrics), MetricsColumns, resumeStep);
        _evaluations = new(directory.PathOf(RunFiles.Evaluations), EvaluationColumns, resumeStep);
    }

    public void Progress(ProgressRecord progress)
    {
    }

    public void LogMetrics(MetricsRecord metrics) => _metrics.Append(metrics);

    public void LogEvaluation(EvaluationRecord evaluation) => _evaluations.Append(evaluation);

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
        _metrics.Dispose();
        _evaluations.Dispose();
    }
}
