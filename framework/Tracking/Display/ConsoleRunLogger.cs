using Compression.Core.Reporting;

namespace Compression.Tracking.Display;

/// <summary>
/// Shows a run to its reader: a live line on a terminal, plain lines at each log interval elsewhere, almost nothing when
/// quiet; a table at the end. Warnings go to the error stream.
/// </summary>
public sealed class ConsoleRunLogger : IRunLogger
{
    private readonly ConsoleTarget _target;
    private readonly string _resultsAt;
    private readonly RemainingTime _remaining;
    private readonly ProgressLine? _line;
    private ProgressRecord? _progress;
    private double? _secondsLeft;

    /// <param name="target">Where to show it.</param>
    /// <param name="resultsAt">The run's folder, named at the end.</param>
    /// <param name="time">Clock of the progress line and of the estimate.</param>
    public ConsoleRunLogger(ConsoleTarget target, string resultsAt, TimeProvider time)
    {
        (_target, _resultsAt, _remaining) = (target, resultsAt, new RemainingTime(time));
        if (target is { Quiet: false, TerminalWidth: { } width })
        {
            _line = new ProgressLine(target.Output, width, target.Colors, time);
        }
    }

    public void Progress(ProgressRecord progress)
    {
        _progress = progress;
        _secondsLeft = _remaining.After(progress);
        _line?.Draw(progress, _secondsLeft);
    }

    public void LogMetrics(MetricsRecord metrics)
    {
        // A terminal has it all in its live line.
        if (_line is null)
        {
            Show(PlainLines.Metrics(metrics, _progress, _secondsLeft));
        }
    }

    public void LogEvaluation(EvaluationRecord evaluation) => Show(PlainLines.Evaluation(evaluation));

    public void Message(string text) => Show(text);

    public void Warning(string text)
    {
        _line?.Clear();
        _target.Error.WriteLine($"warning: {text}");
        _target.Error.Flush();
    }

    public void Finish(RunSummary summary)
    {
        _line?.Clear();
        _target.Output.Write(
            _target.Quiet ? $"{PlainLines.End(summary)} | results in {_resultsAt}\n" : SummaryTable.Render(summary, _resultsAt));
        _target.Output.Flush();
    }

    /// <summary>Takes the live line away.</summary>
    public void Dispose() => _line?.Clear();

    private void Show(string text)
    {
        if (!_target.Quiet)
        {
            _line?.Clear();
            _target.Output.WriteLine(text);
            _target.Output.Flush();
        }
    }
}
