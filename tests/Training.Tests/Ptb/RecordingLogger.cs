using Compression.Core.Reporting;

namespace Compression.Training.Tests.Ptb;

/// <summary>Keeps what a trainer reports.</summary>
internal sealed class RecordingLogger : IRunLogger
{
    public List<MetricsRecord> Metrics { get; } = [];

    public List<EvaluationRecord> Evaluations { get; } = [];

    public List<string> Messages { get; } = [];

    public List<string> Warnings { get; } = [];

    public bool TakesDistributions { get; init; }

    public List<(string Name, long Step, float[] Values)> Distributions { get; } = [];

    public RunSummary? Summary { get; private set; }

    public Action<ProgressRecord>? OnProgress { get; init; }

    public void Progress(ProgressRecord progress) => OnProgress?.Invoke(progress);

    public void LogMetrics(MetricsRecord metrics) => Metrics.Add(metrics);

    public void LogEvaluation(EvaluationRecord evaluation) => Evaluations.Add(evaluation);

    public void LogDistribution(string name, long step, IEnumerable<ReadOnlyMemory<float>> values) =>
        Distributions.Add((name, step, [.. values.SelectMany(part => part.ToArray())]));

    public void Message(string text) => Messages.Add(text);

    public void Warning(string text) => Warnings.Add(text);

    public void Finish(RunSummary summary) => Summary = summary;

    public void Dispose()
    {
    }
}
