using System.Globalization;
using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Tracking.TensorBoard;

/// <summary>
/// Reports to <see cref="RunFiles.TensorBoard"/>: the columns of the CSV files as curves (<c>metrics/train_loss</c>,
/// <c>evaluations/valid_perplexity</c>), the wall-clock of single steps, gradients and residuals (of large ones a sample) as histograms, messages and results as text.
/// Curves over an axis of their own lie in a folder of its name, which viewers show as a run beside: their places are no steps.
/// </summary>
public sealed class TensorBoardRunLogger : IRunLogger
{
    // Of a distribution; the stride is odd, so that it meets all columns of a matrix.
    private const int MostValues = 1 << 16;

    private readonly string _folder;
    private readonly bool _isResumed;
    private readonly Dictionary<string, EventFile> _axes = [];
    private readonly EventFile _events;
    private readonly TimeProvider _time;
    private readonly Histogram _stepSeconds = new();
    private readonly Histogram _values = new();
    private long? _lastProgressAt;
    private long _step;

    /// <summary>Starts an event file.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="time">Clock of the events.</param>
    /// <param name="resumeStep">The step that the run continues at: what earlier files hold of later steps is withdrawn. Null for a new run.</param>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public TensorBoardRunLogger(RunDirectory directory, TimeProvider time, long? resumeStep = null)
    {
        _time = time;
        _folder = directory.PathOf(RunFiles.TensorBoard);
        _isResumed = resumeStep is not null;
        _events = new EventFile(_folder, time);
        if (resumeStep is { } step)
        {
            _step = step;
            _events.Restart(step + 1);
        }
    }

    public void Progress(ProgressRecord progress)
    {
        long now = _time.GetTimestamp();
        if (_lastProgressAt is { } before)
        {
            _stepSeconds.Add(_time.GetElapsedTime(before, now).TotalSeconds);
        }

        _lastProgressAt = now;
        _step = progress.Step;
    }

    public void LogMetrics(MetricsRecord metrics)
    {
        _step = metrics.Step;
        Curves("metrics", metrics.Step, TrackedFigures.Of(metrics));
        _events.Histogram("step_seconds", metrics.Step, _stepSeconds);
        _stepSeconds.Clear();
        _events.Flush();
    }

    public bool TakesDistributions => true;

    public void LogDistribution(string name, long step, IEnumerable<ReadOnlyMemory<float>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        // Of large ones a sample: counting millions of values would slow the steps that a log interval is about.
        ReadOnlyMemory<float>[] parts = [.. values];
        int stride = (int)(parts.Sum(part => (long)part.Length) / MostValues) | 1;
        _values.Clear();
        foreach (var part in parts)
        {
            _values.Add(part.Span, stride);
        }

        _events.Histogram(name, step, _values);
        // The time of counting belongs to no step.
        _lastProgressAt = null;
    }

    public void LogCurves(string axis, long at, IReadOnlyList<KeyValuePair<string, double>> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (!_axes.TryGetValue(axis, out var file))
        {
            _axes[axis] = file = new EventFile(Path.Combine(_folder, axis), _time);
            if (_isResumed)
            {
                // A run that goes on comes first to the first place that its checkpoint did not have.
                file.Restart(at);
            }
        }

        foreach (var (name, value) in points)
        {
            file.Scalar(name, at, value);
        }

        file.Flush();
    }

    public void LogEvaluation(EvaluationRecord evaluation)
    {
        _step = evaluation.Step;
        string split = evaluation.Split;
        Curves("evaluations", evaluation.Step, TrackedFigures.Of(evaluation).Where(figure => figure.Key.StartsWith(split, StringComparison.Ordinal)));
        // The time of the evaluation belongs to no step.
        _lastProgressAt = null;
        _events.Flush();
    }

    public void Message(string text) => _events.Text("messages", _step, text);

    public void Warning(string text)
    {
        _events.Text("warnings", _step, text);
        _events.Flush();
    }

    public void Finish(RunSummary summary)
    {
        _events.Text("summary", summary.Steps, Table(summary));
        _events.Flush();
    }

    public void Dispose()
    {
        foreach (var file in _axes.Values)
        {
            file.Dispose();
        }

        _events.Dispose();
    }

    private static string Table(RunSummary summary)
    {
        string Text(double? value) => value is { } known ? known.ToString("G6", CultureInfo.InvariantCulture) : "-";
        return new StringBuilder()
            .Append("| | |\n|---|---|\n")
            .Append("| status | ").Append(PlainLines.Status(summary)).Append(" |\n")
            .Append("| compressor | ").Append(summary.Compressor).Append(" |\n")
            .Append("| memory | ").Append(summary.Memory).Append(" |\n")
            .Append("| workers | ").Append(Text(summary.NumWorkers)).Append(" |\n")
            .Append("| valid perplexity | ").Append(Text(summary.ValidPerplexity)).Append(" |\n")
            .Append("| test perplexity | ").Append(Text(summary.TestPerplexity)).Append(" |\n")
            .Append("| wire compression ratio | ").Append(Text(summary.Bytes.WireCompressionRatio)).Append(" |\n")
            .Append("| words per second | ").Append(Text(summary.WordsPerSecond)).Append(" |\n")
            .Append("| seconds | ").Append(Text(summary.Seconds.Total)).Append(" |\n")
            .ToString();
    }

    private void Curves(string group, long step, IEnumerable<KeyValuePair<string, object>> figures)
    {
        foreach (var (name, value) in figures.Where(figure => figure.Key != "step"))
        {
            _events.Scalar($"{group}/{name}", step, Convert.ToDouble(value, CultureInfo.InvariantCulture));
        }
    }
}
