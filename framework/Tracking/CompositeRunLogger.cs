using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking;

/// <summary>
/// Several loggers as one, called in their order, one caller at a time. A logger that fails does not keep the others from
/// their turn; the first failure is thrown when all have had it, a failed write as a <see cref="UserErrorException"/>.
/// </summary>
/// <param name="loggers">Owned, and disposed with this one.</param>
public sealed class CompositeRunLogger(params IReadOnlyList<IRunLogger> loggers) : IRunLogger
{
    // Warnings may come from a background sender while the training thread logs.
    private readonly Lock _gate = new();

    public void Progress(ProgressRecord progress) => Each(logger => logger.Progress(progress));

    public void LogMetrics(MetricsRecord metrics) => Each(logger => logger.LogMetrics(metrics));

    public bool TakesDistributions => loggers.Any(logger => logger.TakesDistributions);

    public void LogDistribution(string name, long step, IEnumerable<ReadOnlyMemory<float>> values) =>
        Each(logger => logger.LogDistribution(name, step, values));

    public void LogCurves(string axis, long at, IReadOnlyList<KeyValuePair<string, double>> points) => Each(logger => logger.LogCurves(axis, at, points));

    public void LogEvaluation(EvaluationRecord evaluation) => Each(logger => logger.LogEvaluation(evaluation));

    public void Message(string text) => Each(logger => logger.Message(text));

    public void Warning(string text) => Each(logger => logger.Warning(text));

    public void Finish(RunSummary summary) => Each(logger => logger.Finish(summary));

    public void Dispose() => Each(logger => logger.Dispose());

    private void Each(Action<IRunLogger> call)
    {
        Exception? first = null;
        lock (_gate)
        {
            foreach (var logger in loggers)
            {
                try
                {
                    WriteFailure.Guard(() => call(logger));
                }
#pragma warning disable CA1031 // Nothing is swallowed: the first is thrown below, when every logger has had its turn.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    first ??= exception;
                }
            }
        }

        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }
}
