using System.Diagnostics;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>Times training steps, from one progress report to the next, and forgets all else that is logged.</summary>
/// <param name="between">Runs after each step, outside its time.</param>
internal sealed class StepStopwatch(Action? between = null) : IRunLogger
{
    private long _last;

    /// <summary>Of every step but the first.</summary>
    public List<double> Milliseconds { get; } = [];

    public void Progress(ProgressRecord progress)
    {
        long now = Stopwatch.GetTimestamp();
        if (_last != 0)
        {
            Milliseconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds);
        }

        between?.Invoke();
        _last = Stopwatch.GetTimestamp();
    }
}
