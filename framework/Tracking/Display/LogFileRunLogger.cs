using System.Globalization;
using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Display;

/// <summary>
/// Appends to <see cref="RunFiles.Log"/>: messages, warnings, evaluations and the end, each with its local time. Metrics
/// stand in their own table.
/// </summary>
public sealed class LogFileRunLogger : IRunLogger
{
    private readonly TimeProvider _time;
    private readonly FileStream _stream;

    /// <summary>Opens the log at its end.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public LogFileRunLogger(RunDirectory directory, TimeProvider time)
    {
        _time = time;
        FileStream? stream = null;
        WriteFailure.Guard(() =>
            stream = new FileStream(directory.PathOf(RunFiles.Log), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));
        _stream = stream!;
    }

    public void LogEvaluation(EvaluationRecord evaluation) => Write(PlainLines.Evaluation(evaluation));

    public void Message(string text) => Write(text);

    public void Warning(string text) => Write($"warning: {text}");

    public void Finish(RunSummary summary) => Write(PlainLines.End(summary));

    public void Dispose() => _stream.Dispose();

    private void Write(string text)
    {
        var stamp = _time.GetLocalNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        var bytes = Encoding.UTF8.GetBytes($"{stamp} {text}\n");
        WriteFailure.Guard(() => _stream.Write(bytes));
    }
}
