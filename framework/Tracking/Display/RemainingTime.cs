using Compression.Core.Reporting;

namespace Compression.Tracking.Display;

/// <summary>
/// Estimates the time to the end from the pace since this process's first step: evaluations and checkpoints are in it, the
/// start and what a resumed run did before are not.
/// </summary>
internal sealed class RemainingTime(TimeProvider time)
{
    private long _firstStep;
    private long? _firstTime;

    /// <summary>Seconds to go; null while there is nothing to judge by.</summary>
    public double? After(ProgressRecord progress)
    {
        if (_firstTime is not { } start)
        {
            (_firstStep, _firstTime) = (progress.Step, time.GetTimestamp());
            return null;
        }

        var done = progress.Step - _firstStep;
        var left = progress.TotalSteps - progress.Step;
        return done > 0 && left >= 0 ? time.GetElapsedTime(start).TotalSeconds / done * left : null;
    }
}
