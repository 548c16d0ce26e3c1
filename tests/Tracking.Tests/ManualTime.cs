namespace Compression.Tracking.Tests;

/// <summary>
/// A clock that moves only when a test moves it; it starts at 2026-03-04 05:06:07 UTC and lives two hours east. Its timers go off while
/// it is moved; one that is due at once goes off when it is made.
/// </summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _elapsed;

    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(double seconds)
    {
        Timer[] due;
        lock (_gate)
        {
            _elapsed += TimeSpan.FromSeconds(seconds);
            due = [.. _timers.Where(timer => timer.Due <= _elapsed)];
        }

        Array.ForEach(due, timer => timer.GoOff());
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
            {
                return _elapsed;
            }
        }
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                (Due, _period) = (time._elapsed + dueTime, period);
                time._timers.Add(this);
            }

            if (dueTime == TimeSpan.Zero)
            {
                GoOff();
            }

            return true;
        }

        public void GoOff()
        {
            lock (time._gate)
            {
                if (!time._timers.Remove(this))
                {
                    return;
                }

                if (_period > TimeSpan.Zero)
                {
                    Due = time._elapsed + _period;
                    time._timers.Add(this);
                }
            }

            callback(state);
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
